import { pathToFileURL } from "node:url";
import type { LoadModule } from "./project.ts";

/**
 * Loads a project's modules. JavaScript goes to Node itself; TypeScript goes through jiti, which is told that `millrace`
 * is the instance that is running: with a second copy an author's Misuse or scenario would be of another class.
 */
export function moduleLoader(face: Readonly<Record<string, unknown>>): LoadModule {
  return async path => {
    if (!/\.[cm]?ts$/.test(path) || underTestRunner()) {
      return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    }
    const { createJiti } = await import("jiti");
    const jiti = createJiti(import.meta.url, {
      virtualModules: { millrace: face },
      fsCache: false,
      interopDefault: false,
    });
    return jiti.import<Readonly<Record<string, unknown>>>(path);
  };
}

/** When our own sources are TypeScript, a test runner loads TypeScript, and its instances are the ones to share. */
function underTestRunner(): boolean {
  return import.meta.url.endsWith(".ts");
}
