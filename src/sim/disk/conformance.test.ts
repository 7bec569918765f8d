import { expect, test } from "vitest";
import { diskConformance } from "../../host/conformance/disk-conformance.ts";
import { diskStory } from "../test/disk-story.ts";

test.each(diskConformance)("the simulated disk: $name", async ({ name, run }) => {
  let finished = false;
  const life = {
    run: async (disk: Parameters<typeof run>[0]) => {
      await run(disk);
      finished = true;
    },
  };
  const story = await diskStory({ seed: name, lives: [life] });
  if (story.errors.length > 0) throw story.errors[0];
  expect(finished).toBe(true);
  story.disk.dispose();
});
