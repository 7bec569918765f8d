import fc from "fast-check";
import { expect, test } from "vitest";
import { Fifo } from "./fifo.ts";

test("a queue equals an array, through every growth and wrap", () => {
  const step = fc.constantFrom("push", "push", "push", "shift", "replaceFirst", "replaceLast", "truncate");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: "max" }), steps => {
      const queue = new Fifo<number>();
      const model: number[] = [];
      const seen: string[] = [];
      const wanted: string[] = [];
      steps.forEach((what, i) => {
        if (what === "push") model.push((queue.push(i), i));
        else if (what === "shift") {
          seen.push(`${queue.shift()}`);
          wanted.push(`${model.shift()}`);
        } else if (what === "truncate") queue.truncate((model.length = model.length >> 1));
        else if (model.length > 0) {
          queue[what](-i);
          model[what === "replaceFirst" ? 0 : model.length - 1] = -i;
        }
        seen.push([...queue, queue.length, queue.first(), queue.last()].join());
        wanted.push([...model, model.length, model[0], model.at(-1)].join());
      });
      expect(seen).toEqual(wanted);
    }),
  );
});
