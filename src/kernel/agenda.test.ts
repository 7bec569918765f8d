import fc from "fast-check";
import { expect, test } from "vitest";
import { Agenda, type Ticket } from "./agenda.ts";

type Step =
  { readonly add: { readonly atUs: number; readonly tie: number } } | { readonly cancel: number } | "take" | "peek";

interface Entry {
  readonly atUs: number;
  readonly tie: number;
  readonly sequence: number;
  readonly ticket: Ticket;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ add: fc.record({ atUs: fc.nat(20), tie: fc.constantFrom(0, 1, 2, 2 ** 32 - 1) }) }),
  },
  { weight: 3, arbitrary: fc.record({ cancel: fc.nat() }) },
  { weight: 2, arbitrary: fc.constant("take" as const) },
  { weight: 1, arbitrary: fc.constant("peek" as const) },
);

test("it is a sorted list by instant, tie and sequence, cancelled events left out", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), steps => {
      const agenda = new Agenda();
      const model: Entry[] = [];
      const tickets: Ticket[] = [];
      const seen: unknown[] = [];
      const expected: unknown[] = [];
      for (const step of steps) {
        if (step === "take") {
          agenda.take()?.();
          const first = model.shift();
          if (first === undefined) continue;
          seen.push(agenda.takenAtUs);
          expected.push(first.sequence, first.atUs);
        } else if (step === "peek") {
          seen.push(agenda.peekUs());
          expected.push(model[0]?.atUs);
        } else if ("add" in step) {
          const sequence = tickets.length;
          const ticket = agenda.add(step.add.atUs, step.add.tie, () => seen.push(sequence));
          tickets.push(ticket);
          model.push({ ...step.add, sequence, ticket });
          model.sort((a, b) => a.atUs - b.atUs || a.tie - b.tie || a.sequence - b.sequence);
        } else if (tickets.length > 0) {
          // Old tickets too: one that was taken or cancelled must hit nothing, though its slot is in use again.
          const ticket = tickets[step.cancel % tickets.length]!;
          agenda.cancel(ticket);
          const index = model.findIndex(entry => entry.ticket === ticket);
          if (index >= 0) model.splice(index, 1);
        }
        seen.push(agenda.live);
        expected.push(model.length);
      }
      expect(seen).toEqual(expected);
    }),
    { seed: 7, numRuns: 150 },
  );
});

test("time-outs that are cancelled at once do not pile up, and the rest keeps its order", () => {
  const agenda = new Agenda();
  const order: number[] = [];
  for (let i = 0; i < 3000; i++) {
    agenda.add(i % 997, i % 7, () => order.push((i % 997) * 10 + (i % 7)));
    for (let j = 0; j < 5; j++) agenda.cancel(agenda.add(10_000 + j, 0, () => order.push(-1)));
  }
  for (let run = agenda.take(); run !== undefined; run = agenda.take()) run();
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).toHaveLength(3000);
});
