import { expect, test } from "vitest";
import type { NetSettings } from "./net-settings.ts";
import { SmallSite } from "../test/small-site.ts";

const BYTES = 4_000;
const settings = { latencyUs: 1_000, bandwidthBytesPerMs: 100, segmentBytesMax: 500, retransmitUs: 200_000 };

/** `a` writes 4,000 bytes at once to each of `to`; when the last byte was there, and whether all came in order. */
async function burst(to: readonly string[], more: Partial<NetSettings>): Promise<Record<string, number>> {
  const small = new SmallSite(["a", "b", "c"], { net: { settings: { ...settings, ...more } } });
  const doneMs: Record<string, number> = {};
  for (const role of ["b", "c"]) {
    let received = 0;
    small.site.start(role, host => {
      void host.net.listen(`${role}:in`, connection =>
        connection.handle({
          data: chunk => {
            for (const byte of chunk) expect(byte).toBe(received++ % 251);
            if (received === BYTES) doneMs[role] = small.kernel.nowUs / 1000;
          },
          closed: () => {},
        }),
      );
    });
  }
  small.site.start("a", host => {
    for (const role of to)
      void host.net.connect(`${role}:in`).then(connection => {
        connection.handle({ data: () => {}, closed: () => {} });
        connection.write(Uint8Array.from({ length: BYTES }, (_, i) => i % 251));
      });
  });
  await small.play();
  return doneMs;
}

test("a link passes so many bytes a millisecond, and another link is not slower for it", async () => {
  const alone = await burst(["b"], {});
  expect(alone["b"]).toBeGreaterThanOrEqual(40);
  expect(alone["b"]).toBeLessThan(50);
  expect(await burst(["b", "c"], {})).toEqual({ b: alone["b"], c: alone["b"] });
});

test("a queue before a link is bounded: what finds it full comes again later, and every byte once and in order", async () => {
  const wide = await burst(["b"], { queueBytesMax: BYTES });
  const narrow = await burst(["b", "c"], { queueBytesMax: 1_500 });
  expect(wide["b"]).toBeLessThan(50);
  expect(narrow["b"]).toBeGreaterThan(200);
  expect(narrow["c"]).toBe(narrow["b"]);
});
