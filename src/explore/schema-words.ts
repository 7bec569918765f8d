import * as z from "zod";
import { allowedNames } from "./nearest-name.ts";

/** The kinds of values that files hold, each with the words for what is wanted in its place. */
export const anyText = z.string({ error: "a text is wanted" });
export const text = anyText.min(1, "a text is wanted");

export function wholeFrom(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodInt {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `, ${min} or more,` : ` from ${min} to ${max}`;
  const error = `a whole number${bounds} is wanted`;
  return z.int({ error }).min(min, error).max(max, error);
}

export function oneOf<const Words extends readonly string[]>(...words: Words): z.ZodEnum<{ [W in Words[number]]: W }> {
  return z.enum(words, { error: `one of ${words.join(", ")} is wanted` });
}

/** An object with these keys and no other. */
export function closed<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const allowed = Object.keys(shape);
  return z.strictObject(shape, {
    error: issue =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map(key => `"${key}" is unknown. ${allowedNames(key, allowed)}`).join(" ")
        : `an object is wanted with ${allowed.join(", ")}`,
  });
}
