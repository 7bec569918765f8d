/**
 * The least that a discrete-event loop can do: a binary heap over typed arrays, keyed by instant and sequence, holding the
 * numbers of timers that set themselves again. No closures, no cancelling, no ties: the measure for our kernel.
 */
export function bareLoop(timers: number, events: number): number {
  const instants = new Float64Array(timers + 1);
  const sequences = new Float64Array(timers + 1);
  const numbers = new Uint32Array(timers + 1);
  let size = 0;
  let sequence = 0;

  const push = (instant: number, number: number): void => {
    const order = sequence++;
    let index = size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (instants[parent]! < instant || (instants[parent] === instant && sequences[parent]! < order)) break;
      instants[index] = instants[parent]!;
      sequences[index] = sequences[parent]!;
      numbers[index] = numbers[parent]!;
      index = parent;
    }
    instants[index] = instant;
    sequences[index] = order;
    numbers[index] = number;
  };

  const removeTop = (): void => {
    const last = --size;
    const instant = instants[last]!;
    const order = sequences[last]!;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= last) break;
      const right = child + 1;
      if (
        right < last &&
        (instants[right]! < instants[child]! ||
          (instants[right] === instants[child] && sequences[right]! < sequences[child]!))
      ) {
        child = right;
      }
      if (instants[child]! > instant || (instants[child] === instant && sequences[child]! > order)) break;
      instants[index] = instants[child]!;
      sequences[index] = sequences[child]!;
      numbers[index] = numbers[child]!;
      index = child;
    }
    instants[index] = instant;
    sequences[index] = order;
    numbers[index] = numbers[last]!;
  };

  for (let i = 0; i < timers; i++) push(i, i);
  let nowUs = 0;
  for (let i = 0; i < events; i++) {
    nowUs = instants[0]!;
    const number = numbers[0]!;
    removeTop();
    push(nowUs + 1 + ((nowUs * 7 + number * 13) & 1023), number);
  }
  return nowUs;
}
