import fc from "fast-check";
import { expect, test } from "vitest";
import { SmallSite } from "../test/small-site.ts";
import type { Link } from "./link.ts";
import { noNetEffect, type NetEffect } from "./net-effect.ts";
import type { Network } from "./network.ts";

const apply = {
  hold: (network: Network, links: readonly Link[], effect: NetEffect) => network.hold(links, effect),
  cut: (network: Network, links: readonly Link[], effect: NetEffect) => network.cut(links, effect),
  delay: (network: Network, links: readonly Link[], effect: NetEffect) => network.delay(links, 3_000, effect),
};

/** A fault of the way between two machines, which ends by itself. */
const fault = fc.record({
  kind: fc.constantFrom("hold" as const, "cut" as const, "delay" as const),
  fromMs: fc.nat(60),
  forMs: fc.nat(40),
  reverse: fc.boolean(),
});

const write = fc.record({ atMs: fc.nat(80), bytes: fc.integer({ min: 1, max: 10_000 }) });
const pause = fc.record({ atMs: fc.nat(80), forMs: fc.integer({ min: 1, max: 20 }) });

test("SI-3: while a connection lives its bytes arrive in order, each once, whatever holds, cuts, delays and pauses", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string(),
      fc.array(write, { minLength: 1, maxLength: 30, size: "max" }),
      fc.array(fault, { maxLength: 6, size: "max" }),
      fc.array(pause, { maxLength: 3 }),
      async (seed, writes, faults, pauses) => {
        const settings = { jitterUs: 500, slowPerMille: 50, splitPerMille: 300, mergePerMille: 500 };
        const small = new SmallSite(["a", "b"], { seed, net: { settings } });
        const { network } = small.site;
        let received = 0;
        let inOrder = true;
        let ended = false;
        small.site.start("b", host => {
          void host.net.listen("b:in", connection => {
            connection.handle({
              data: chunk => {
                for (const byte of chunk) inOrder &&= byte === received++ % 251;
              },
              ended: () => (ended = true),
              closed: () => {},
            });
            for (const { atMs, forMs } of pauses) {
              host.timer(atMs, () => connection.pause());
              host.timer(atMs + forMs, () => connection.resume());
            }
          });
        });
        let sent = 0;
        small.site.start("a", host => {
          void host.net.connect("b:in").then(connection => {
            connection.handle({ data: () => {}, closed: () => {} });
            for (const { atMs, bytes } of writes) {
              host.timer(atMs, () => {
                const message = new Uint8Array(bytes);
                for (let i = 0; i < bytes; i++) message[i] = sent++ % 251;
                connection.write(message);
              });
            }
            host.timer(200, () => connection.end());
          });
        });
        for (const { kind, fromMs, forMs, reverse } of faults) {
          const links = [reverse ? network.link("b", "a") : network.link("a", "b")];
          small.at(fromMs, () => {
            const effect = noNetEffect();
            small.at(fromMs + forMs, apply[kind](network, links, effect));
          });
        }
        await small.play();
        expect(ended).toBe(true);
        expect(inOrder).toBe(true);
        expect(received).toBe(sent);
      },
    ),
    { numRuns: 60 },
  );
});

test("after a reset the receiver has some prefix, and every prefix is possible", async () => {
  const prefixes = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const small = new SmallSite(["a", "b"], { seed: `${seed}` });
    const received: number[] = [];
    const closes: string[] = [];
    small.site.start("b", host => {
      void host.net.listen("b:in", connection => {
        connection.handle({ data: chunk => received.push(...chunk), closed: how => closes.push(`b ${how}`) });
      });
    });
    small.site.start("a", host => {
      void host.net.connect("b:in").then(connection => {
        connection.handle({ data: () => {}, closed: how => closes.push(`a ${how}`) });
        for (let i = 0; i < 4; i++) host.timer(10 + i, () => connection.write(Uint8Array.of(i)));
      });
    });
    const { network } = small.site;
    const effect = noNetEffect();
    small.at(9, () => small.at(20, network.hold([network.link("a", "b")], noNetEffect())));
    small.at(16, () => network.reset(network.between("a", "b"), effect));
    await small.play();
    expect(received).toEqual([0, 1, 2, 3].slice(0, received.length));
    expect(effect).toMatchObject({ connectionsReset: 1, bytesLost: 4 - received.length });
    expect(closes.sort()).toEqual(["a reset", "b reset"]);
    prefixes.add(received.length);
  }
  expect([...prefixes].sort()).toEqual([0, 1, 2, 3, 4]);
});
