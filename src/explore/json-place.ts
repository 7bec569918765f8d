/**
 * Places in a JSON text, for messages about it: where the value of a path is, and where the text stops being JSON. It owns
 * that search and no other knowledge of what stands there.
 */

/**
 * The line on which the value of a path begins, from 1; of what the path leads through, where it ends too early. The text
 * can be parsed.
 */
export function lineOfPath(text: string, path: readonly PropertyKey[]): number {
  let at = afterSpace(text, 0);
  for (const key of path) {
    const found = text[at] === "{" ? member(text, at, String(key)) : element(text, at, Number(key));
    if (found === undefined) break;
    at = found;
  }
  return text.slice(0, at).split("\n").length;
}

/**
 * The line on which a text stops being JSON, from 1; its last one, when it was cut off. Parsers say where only for some
 * mistakes, so we ask one how much of the text it takes for the beginning of a document.
 */
export function lineOfBreak(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (maybeBegins(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return text.slice(0, good).split("\n").length;
}

/** Whether a parser's only objection is that more is to come. */
function maybeBegins(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    return message.includes("end of JSON") || /at position (\d+)/.exec(message)?.[1] === String(text.length);
  }
}

/** Where the value of a key begins in the object that begins at `at`. Of equal keys the last one counts, as in JSON.parse. */
function member(text: string, at: number, key: string): number | undefined {
  let found: number | undefined;
  for (let next = afterSpace(text, at + 1); text[next] === '"';) {
    const colon = afterSpace(text, endOf(text, next));
    const value = afterSpace(text, colon + 1);
    if (JSON.parse(text.slice(next, endOf(text, next))) === key) found = value;
    next = afterComma(text, endOf(text, value));
  }
  return found;
}

function element(text: string, at: number, index: number): number | undefined {
  if (text[at] !== "[") return undefined;
  let next = afterSpace(text, at + 1);
  for (let left = index; left > 0 && text[next] !== "]"; left--) next = afterComma(text, endOf(text, next));
  return text[next] === "]" ? undefined : next;
}

/** Behind the value that begins at `at`. */
function endOf(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  if (text[at] !== "{" && text[at] !== "[") return at + /^[^\s,\]}]*/.exec(text.slice(at, at + 400))![0].length;
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    const character = text[next]!;
    if (character === '"') next = stringEnd(text, next) - 1;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return next + 1;
  }
  return text.length;
}

function stringEnd(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    if (text[next] === "\\") next++;
    else if (text[next] === '"') return next + 1;
  }
  return text.length;
}

function afterComma(text: string, at: number): number {
  const next = afterSpace(text, at);
  return text[next] === "," ? afterSpace(text, next + 1) : next;
}

function afterSpace(text: string, at: number): number {
  let next = at;
  while (next < text.length && " \t\r\n".includes(text[next]!)) next++;
  return next;
}
