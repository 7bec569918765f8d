import { Misuse } from "./misuse.ts";

/** The numbers that an author writes into a plan, checked where they are written. */
export function microseconds(name: string, ms: number): number {
  const us = Math.round(ms * 1000);
  if (!(us >= 0) || Math.abs(us - ms * 1000) > 1e-6)
    throw new Misuse(`${name}: ${ms} is not a time. Milliseconds from 0, with at most three decimals, are wanted.`);
  return us;
}

export function whole(name: string, value: number, min: number): number {
  if (!Number.isInteger(value) || value < min) throw new Misuse(`${name}: ${value} is not a whole number from ${min}.`);
  return value;
}
