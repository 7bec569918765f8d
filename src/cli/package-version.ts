import { createRequire } from "node:module";

/** Of the package that is running, from the sources and from the build alike. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("millrace/package.json") as { version: string };
  return version;
}
