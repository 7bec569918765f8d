import { expect, test } from "vitest";
import { netConformance } from "../../host/net-conformance.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { Site } from "../site.ts";
import { diskless } from "../test/diskless.ts";

for (const seed of ["a", "b", "c", "d"]) {
  for (const { name, run } of netConformance) {
    test(`${name} (seed ${seed})`, async () => {
      const kernel = new Kernel({ seed });
      const site = new Site(kernel);
      const crashes: unknown[] = [];
      site.onProcess(change => {
        if (change.what === "crashed") crashes.push(change.cause);
      });
      await run({
        start(role, main) {
          site.addMachine(role, { disk: diskless });
          site.place(role, role);
          site.start(role, host => void main(host));
        },
        async settle(until) {
          const end = await kernel.run();
          if (crashes.length > 0) throw crashes[0];
          expect(end).toEqual({ kind: "idle" });
          expect(until()).toBe(true);
        },
      });
    });
  }
}
