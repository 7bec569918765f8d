import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { offStage } from "../kernel/fence/stage.ts";
import { Misuse } from "./misuse.ts";
import { isScenario } from "./scenario.ts";
import type { LoadModule } from "./project.ts";
import type { ScenarioJob as Job } from "./scenario.ts";

/**
 * Loads a project's modules. JavaScript goes to Node itself; TypeScript goes through jiti, which is told that `millrace`
 * is the instance that is running: with a second copy an author's Misuse or scenario would be of another class.
 */
export function moduleLoader(face: Readonly<Record<string, unknown>>): LoadModule {
  return async path => {
    if (!/\.[cm]?ts$/.test(path) || underTestRunner()) {
      return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    }
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

/**
 * Imports a job's module and all of its own modules anew at each call. It runs while a simulated process has its turn,
 * so it steps off the stage: reading a file here is ours and not the job's.
 */
export function freshJobLoader(job: Job, face: Readonly<Record<string, unknown>>): () => Job {
  let jiti: ReturnType<typeof createJiti> | undefined;
  return () =>
    offStage(() => {
      jiti ??= createJiti(import.meta.url, {
        virtualModules: { millrace: face },
        moduleCache: false,
        interopDefault: false,
      });
      const exports = jiti(job.module) as Readonly<Record<string, unknown>>;
      const fresh = jobsOf(exports).find(({ name }) => name === job.name);
      if (fresh === undefined) {
        throw new Misuse(
          `${job.module} exports neither the job "${job.name}" nor a scenario of it: export one of them.`,
        );
      }
      return fresh;
    });
}

/** Jobs that a module exports, by themselves or in a scenario. */
function jobsOf(exports: Readonly<Record<string, unknown>>): readonly Job[] {
  return Object.values(exports).flatMap(value => (isScenario(value) ? [value.job] : isJob(value) ? [value] : []));
}

function isJob(value: unknown): value is Job {
  return typeof value === "object" && value !== null && "factory" in value && "name" in value;
}
