/**
 * The name that somebody probably meant: the smallest edit distance (Damerau–Levenshtein, adjacent swaps count one),
 * and no answer when the nearest differs in more than a third of its letters. A name that starts with the word wins.
 */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const name of names) {
    const distance = name.startsWith(word) && word.length > 2 ? 0.5 : editDistance(word, name);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best !== undefined && bestDistance <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined;
}

/** `Did you mean "x"?` or the list of what there is. */
export function suggestion(word: string, names: readonly string[], listed = 8): string {
  const nearest = nearestName(word, names);
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  if (names.length === 0) return "There is none.";
  const more = names.length > listed ? `, … (${names.length} in all)` : "";
  return `There is: ${names.slice(0, listed).join(", ")}${more}.`;
}

/** Both: where the names are few, or the word may be meant otherwise than its letters say. */
export function allowedNames(word: string, names: readonly string[]): string {
  const nearest = nearestName(word, names);
  return `${nearest === undefined ? "" : `Did you mean "${nearest}"? `}Allowed: ${names.join(", ")}.`;
}

function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + changed);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, beforeLast[column - 2]! + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
