/**
 * Whether a name or a path fits a glob: `*` any letters but `/`, `**` any folders, `?` one letter, `{a,b}` either. By
 * hand because Node 20 has its own only as an experiment that warns whoever uses it.
 */
export function fitsGlob(text: string, glob: string): boolean {
  return new RegExp(`^${patternOf(glob)}$`).test(text);
}

export function isGlob(text: string): boolean {
  return /[*?{]/.test(text);
}

function patternOf(glob: string): string {
  return glob.replace(/\*\*\/|\*\*|\*|\?|\{[^}]*\}|[.+^$()|[\]\\]/g, part => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("{")) return `(?:${part.slice(1, -1).split(",").map(patternOf).join("|")})`;
    return `\\${part}`;
  });
}
