import { expect, test } from "vitest";
import { netConformance } from "../../host/conformance/net-conformance.ts";
import { diskless } from "../test/diskless.ts";
import { SmallSite } from "../test/small-site.ts";
import { defaultNetSettings } from "./net-settings.ts";

const chunkings = {
  "whole chunks": { splitPerMille: 0, mergePerMille: 0 },
  "split and merged chunks": { ...defaultNetSettings, splitPerMille: 300, mergePerMille: 500 },
  "merged chunks": { splitPerMille: 0, mergePerMille: 1000 },
};

for (const [chunking, settings] of Object.entries(chunkings)) {
  for (const { name, run } of netConformance) {
    test(`${name} (${chunking})`, async () => {
      const small = new SmallSite([], { net: { settings } });
      await run({
        start(role, main) {
          small.site.addMachine(role, { disk: diskless });
          small.site.place(role, role);
          small.site.start(role, host => void main(host));
        },
        async settle(until) {
          await small.play();
          expect(until()).toBe(true);
        },
      });
    });
  }
}
