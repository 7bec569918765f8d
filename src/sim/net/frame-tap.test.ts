import { expect, test } from "vitest";
import type { ClassifiedFrame, FrameObservation } from "../observation.ts";
import { SmallSite } from "../test/small-site.ts";

/** Frames of three bytes: method 0…2, call, body. */
function threeByteFrames(): (chunk: Uint8Array) => readonly ClassifiedFrame[] {
  let kept: number[] = [];
  return chunk => {
    kept.push(...chunk);
    const frames: ClassifiedFrame[] = [];
    while (kept.length >= 3) {
      const [method, call, body] = kept;
      kept = kept.slice(3);
      frames.push({ type: "request", method: `m${method}`, call: call!, body: () => body });
    }
    return frames;
  };
}

test("a frame is observed once it was handed over whole, and only where somebody asked for its method", async () => {
  const settings = { splitPerMille: 500 };
  const small = new SmallSite(["a", "b"], { seed: "c", net: { settings, classifier: threeByteFrames } });
  const seen: FrameObservation[] = [];
  small.site.network.observeFrames(["m1", "m2"], frame => seen.push(frame));
  small.site.network.observeFrames(["m2"], frame => seen.push(frame));
  small.site.start("b", host => {
    void host.net.listen("b:in", connection => {
      connection.handle({ data: () => {}, closed: () => {} });
      connection.write(Uint8Array.of(2, 9, 9));
    });
  });
  small.site.start("a", host => {
    void host.net.connect("b:in").then(connection => {
      connection.handle({ data: () => {}, closed: () => {} });
      for (let i = 0; i < 6; i++) host.timer(i, () => connection.write(Uint8Array.of(i % 3, i, i * 10)));
    });
  });
  await small.play();
  const words = seen.map(({ from, to, toIncarnation, frame }) => [
    from,
    to,
    toIncarnation,
    frame.method,
    frame.call,
    frame.body(),
  ]);
  expect(words).toEqual([
    ["b", "a", 0, "m2", 9, 9],
    ["b", "a", 0, "m2", 9, 9],
    ["a", "b", 0, "m1", 1, 10],
    ["a", "b", 0, "m2", 2, 20],
    ["a", "b", 0, "m2", 2, 20],
    ["a", "b", 0, "m1", 4, 40],
    ["a", "b", 0, "m2", 5, 50],
    ["a", "b", 0, "m2", 5, 50],
  ]);
});

test("frames of a killed process that had arrived and were not read are not observed", async () => {
  const small = new SmallSite(["a", "b"], { net: { classifier: threeByteFrames } });
  const seen: number[] = [];
  small.site.network.observeFrames(["m1"], ({ frame }) => seen.push(frame.call));
  small.site.start("b", host => {
    void host.net.listen("b:in", connection => connection.handle({ data: () => {}, closed: () => {} }));
  });
  small.site.start("a", host => {
    void host.net.connect("b:in").then(connection => {
      connection.handle({ data: () => {}, closed: () => {} });
      for (const call of [1, 2]) host.timer(call * 10, () => connection.write(Uint8Array.of(1, call, 0)));
    });
  });
  small.at(15, () => small.site.pause("b"));
  small.at(30, () => small.site.kill("b"));
  await small.play();
  expect(seen).toEqual([1]);
});

test("a recording has each message twice under one number, and the digest of a run without it", async () => {
  const play = async (record: boolean) => {
    const small = new SmallSite(["a", "b"], {
      record,
      net: { settings: { splitPerMille: 500 }, classifier: threeByteFrames },
    });
    small.site.start("b", host => {
      void host.net.listen("b:in", connection => connection.handle({ data: () => {}, closed: () => {} }));
    });
    small.site.start("a", host => {
      void host.net.connect("b:in").then(connection => {
        connection.handle({ data: () => {}, closed: () => {} });
        connection.write(Uint8Array.of(1, 7, 0, 2));
        connection.write(Uint8Array.of(8, 0));
      });
    });
    await small.play();
    return small;
  };
  const recorded = await play(true);
  const messages = recorded.kernel.journal.entries.filter(({ what }) => what.startsWith("message."));
  expect(messages.map(({ owner, what, detail }) => [owner, what, detail?.["method"], detail?.["message"]])).toEqual([
    ["a", "message.send", "m1", "1.1"],
    ["a", "message.send", "m2", "1.2"],
    ["b", "message.receive", "m1", "1.1"],
    ["b", "message.receive", "m2", "1.2"],
  ]);
  expect((await play(false)).digest).toBe(recorded.digest);
});
