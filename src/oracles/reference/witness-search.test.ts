import fc from "fast-check";
import { expect, test } from "vitest";
import { CommittedPool, type CommittedRecord, type Emission } from "./committed-pool.ts";
import { findOrder, type WitnessedFold } from "./witness-search.ts";

interface Input {
  readonly split: string;
  readonly position: number;
  readonly amount: number;
}

const input = (split: string, position: number, amount: number): Input => ({ split, position, amount });
const emission = (value: number): Emission => ({ sink: "sink", image: String(value), show: () => String(value) });

/** A running total that is order-sensitive: doubled before each addition. Amounts of 0 leave no record. */
function total(sum = 0): WitnessedFold<Input> {
  return {
    step: ({ amount }: Input): readonly Emission[] => {
      sum = (sum * 2 + amount) % 1_000_003;
      return amount === 0 ? [] : [emission(sum)];
    },
    stateImage: () => String(sum),
    fork: () => total(sum),
  };
}

/** What a correct job would commit for this order. */
function committed(order: readonly Input[], fold = total()): CommittedRecord[] {
  return order
    .flatMap(one => fold.step(one).map(record => ({ ...record, split: one.split, position: one.position })))
    .map((record, place) => ({ ...record, lane: "out/0", place }));
}

function search(splits: readonly (readonly Input[])[], records: readonly CommittedRecord[], complete = true) {
  const pool = new CommittedPool(records);
  return { pool, found: findOrder({ splits, fold: total(), pool, complete, stepsMax: 20_000 }) };
}

const a = [input("a", 0, 1), input("a", 1, 2), input("a", 2, 3)];
const b = [input("b", 0, 10), input("b", 1, 20)];

test("any legal interleaving is found from its own output", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(3), { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(2), { minLength: 20, maxLength: 20 }),
      (amounts, picks) => {
        const splits = amounts.map((list, split) =>
          list.map((amount, position) => input(`s${split}`, position, amount)),
        );
        const { pool, found } = search(splits, committed(interleave(splits, picks)));
        expect(found.kind).toBe("found");
        expect(pool.rest()).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

test("an order that every input witnesses is the order that was played, and not ambiguous", () => {
  const order = [b[0]!, a[0]!, a[1]!, b[1]!, a[2]!];
  expect(search([a, b], committed(order)).found).toMatchObject({ kind: "found", order, ambiguous: false });
});

test("a lost record makes every order impossible", () => {
  const records = committed([...a, ...b]).filter(record => record.split !== "a" || record.position !== 1);
  expect(search([a, b], records).found.kind).toBe("impossible");
});

test("an input that was counted twice is found although each record is there", () => {
  const twice = committed([a[0]!, a[0]!, a[1]!, a[2]!]).filter((_, index) => index !== 0);
  expect(search([a], twice).found.kind).toBe("impossible");
});

test("a loss and a duplicate that cancel out in the sum do not cancel out here", () => {
  const even = [input("a", 0, 5), input("a", 1, 5)];
  const records = committed([even[0]!, even[0]!]);
  expect(search([even], records).found.kind).toBe("impossible");
});

test("a record that was committed twice stays in the pool", () => {
  const records = committed(a);
  const { pool, found } = search([a], [...records, { ...records[1]!, place: 9 }]);
  expect(found.kind).toBe("found");
  expect(pool.rest()).toMatchObject([{ split: "a", position: 1, place: 9 }]);
});

test("a split's order that was swapped is impossible", () => {
  expect(search([a], committed([a[1]!, a[0]!, a[2]!])).found.kind).toBe("impossible");
});

test("records in the wrong committed order are impossible though all are there", () => {
  const [first, second, third] = committed(a);
  expect(search([a], [{ ...second!, place: 0 }, { ...first!, place: 1 }, third!]).found.kind).toBe("impossible");
});

test("silent inputs are placed where the outputs demand it, and the order says that it is ambiguous", () => {
  const silent = [input("b", 0, 0)];
  const order = [a[0]!, a[1]!, silent[0]!, a[2]!];
  expect(search([a, silent], committed(order)).found).toMatchObject({ kind: "found", order, ambiguous: true });
});

test("many silent inputs do not make the search give up where their order changes nothing", () => {
  const silent = ["x", "y", "z"].map(split => Array.from({ length: 4 }, (_, position) => input(split, position, 0)));
  const order = [...silent.flat(), a[0]!, a[1]!];
  const wrong = committed(order).map(record => ({ ...record, image: `${record.image}0` }));
  expect(search([...silent, a.slice(0, 2)], committed(order)).found.kind).toBe("found");
  expect(search([...silent, a.slice(0, 2)], wrong).found.kind).toBe("impossible");
});

test("among many splits a lost record is found within the steps, wherever it is", () => {
  const splits = Array.from({ length: 24 }, (_, split) =>
    Array.from({ length: 25 }, (_, position) => input(`s${split}`, position, 1 + ((split * 7 + position) % 5))),
  );
  const records = committed(interleave(splits, [3, 17, 0, 8, 22, 5, 11]));
  expect(search(splits, records).found.kind).toBe("found");
  for (const lost of [0, 150, 300, records.length - 2])
    expect(search(splits, records.toSpliced(lost, 1)).found.kind).toBe("impossible");
});

test("so it is where each record is given whatever came before it", () => {
  const echo: WitnessedFold<Input> = {
    step: ({ amount }) => [emission(amount)],
    stateImage: () => "",
    fork: () => echo,
  };
  const splits = Array.from({ length: 8 }, (_, split) =>
    Array.from({ length: 20 }, (_, position) => input(`s${split}`, position, 1)),
  );
  const records = committed(interleave(splits, [3, 5, 0, 2]), echo);
  const find = (some: readonly CommittedRecord[]) =>
    findOrder({ splits, fold: echo, pool: new CommittedPool(some), complete: true, stepsMax: 20_000 }).kind;
  expect(find(records)).toBe("found");
  for (const lost of [0, 80, records.length - 2]) expect(find(records.toSpliced(lost, 1))).toBe("impossible");
});

test("records of another key's inputs keep nobody from going first", () => {
  const silent = [input("a", 0, 0), input("a", 1, 2)];
  const records = committed([b[0]!, ...silent, b[1]!]);
  const others = { ...records[0]!, split: "a", position: 0, place: -1, image: "another key's" };
  const words = {
    splits: [silent, b],
    fold: total(),
    pool: new CommittedPool([others, ...records]),
    complete: true,
    stepsMax: 5000,
  };
  expect(findOrder({ ...words, isOwed: ({ split }) => split !== "a" }).kind).toBe("found");
});

test("an unfinished job needs only a beginning", () => {
  const beginning = committed([a[0]!, b[0]!, a[1]!]);
  expect(search([a, b], beginning, false).found).toMatchObject({ kind: "found", order: [a[0], b[0], a[1]] });
  expect(search([a, b], beginning, true).found.kind).toBe("impossible");
});

test("silent inputs of an unfinished job may stand between those that are witnessed, though nothing behind them is", () => {
  const silent = [input("b", 0, 0), input("b", 1, 30)];
  const found = { kind: "found", order: [a[0], silent[0], a[1]], ambiguous: true };
  expect(search([a.slice(0, 2), silent], committed([a[0]!, silent[0]!, a[1]!]), false).found).toMatchObject(found);
});

test("an order that leaves records over is none while another one leaves none", () => {
  // Speaks once, when a 2 makes it 3.
  const three = (sum = 0): WitnessedFold<Input> => ({
    step({ amount }) {
      sum += amount;
      return amount === 2 && sum === 3 ? [emission(3)] : [];
    },
    stateImage: () => String(sum),
    fork: () => three(sum),
  });
  const splits = [[input("a", 0, 2)], [input("b", 0, 1)]];
  const order = [splits[1]![0]!, splits[0]![0]!];
  const pool = new CommittedPool(committed(order, three()));
  const found = findOrder({ splits, fold: three(), pool, complete: true, stepsMax: 100 });
  expect(found).toMatchObject({ kind: "found", order });
  expect(pool.rest()).toEqual([]);
});

test("where results keep no order, several of one input need none either", () => {
  const both: WitnessedFold<Input> = {
    step: ({ amount }) => [emission(amount), emission(-amount)],
    stateImage: () => "",
    fork: () => both,
  };
  const records = committed([a[0]!, a[1]!], both).reverse();
  const backwards = records.map((record, place) => ({ ...record, place }));
  const find = (emitsInOrder: boolean) =>
    findOrder({
      splits: [a.slice(0, 2)],
      fold: both,
      pool: new CommittedPool(backwards),
      emitsInOrder,
      complete: true,
      stepsMax: 100,
    }).kind;
  expect([find(false), find(true)]).toEqual(["found", "impossible"]);
});

test("an unfinished job has no gap either", () => {
  const records = committed([a[0]!, a[1]!, a[2]!]).filter(record => record.position !== 1);
  expect(search([a], records, false).found.kind).toBe("impossible");
});

function interleave(splits: readonly (readonly Input[])[], picks: readonly number[]): Input[] {
  const at = splits.map(() => 0);
  const order: Input[] = [];
  for (let turn = 0; order.length < splits.flat().length; turn++) {
    const open = splits.map((_, split) => split).filter(split => at[split]! < splits[split]!.length);
    const split = open[picks[turn % picks.length]! % open.length]!;
    order.push(splits[split]![at[split]!++]!);
  }
  return order;
}
