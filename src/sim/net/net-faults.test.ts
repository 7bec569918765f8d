import { expect, test } from "vitest";
import { SmallSite } from "../test/small-site.ts";
import { noNetEffect, type NetEffect } from "./net-effect.ts";
import type { Network } from "./network.ts";

/** Two pairs that talk for 100 ms, `a>b` and `c>d`, with jitter; the deliveries of each, as instants. */
async function talk(disturb: (network: Network, small: SmallSite) => void): Promise<Record<"b" | "d", string[]>> {
  const small = new SmallSite(["a", "b", "c", "d"], {
    net: { settings: { jitterUs: 300, slowPerMille: 20, splitPerMille: 200 } },
  });
  const heard = { b: [] as string[], d: [] as string[] };
  for (const [from, to] of [
    ["a", "b"],
    ["c", "d"],
  ] as const) {
    small.site.start(to, host => {
      void host.net.listen(`${to}:in`, connection => {
        connection.handle({
          data: chunk => {
            heard[to].push(`${small.kernel.nowUs}: ${chunk.join()}`);
            connection.write(chunk);
          },
          closed: how => heard[to].push(how),
        });
      });
    });
    small.site.start(from, host => {
      void host.net.connect(`${to}:in`).then(connection => {
        connection.handle({ data: () => {}, closed: () => {} });
        for (let i = 0; i < 100; i++) host.timer(i, () => connection.write(Uint8Array.of(i, i)));
      });
    });
  }
  disturb(small.site.network, small);
  await small.play();
  return heard;
}

const atUs = (line: string): number => Number(line.split(":")[0]);
const undisturbed = await talk(() => {});

const faults: Record<string, (network: Network, effect: NetEffect) => (() => void) | void> = {
  hold: (network, effect) => network.hold([network.link("a", "b")], effect),
  cut: (network, effect) => network.cut(network.between("a", "b"), effect),
  delay: (network, effect) => network.delay([network.link("a", "b")], 5_000, effect),
  reset: (network, effect) => network.reset([network.link("a", "b")], effect),
};

for (const [name, apply] of Object.entries(faults)) {
  test(`SI-5: ${name} bites, says so, and leaves every other link as it was`, async () => {
    const effect = noNetEffect();
    const heard = await talk((network, small) => {
      small.at(30, () => {
        const cure = apply(network, effect);
        if (cure !== undefined) small.at(50, cure);
      });
    });
    expect(heard.b).not.toEqual(undisturbed.b);
    expect(heard.d).toEqual(undisturbed.d);
    expect(Object.values(effect).some(count => count > 0)).toBe(true);
    const before = (lines: readonly string[]): string[] => lines.filter(line => atUs(line) < 30_000);
    expect(before(heard.b)).toEqual(before(undisturbed.b));
  });
}

test("a held link delivers nothing, then all of it in a burst", async () => {
  const effect = noNetEffect();
  const heard = await talk((network, small) => {
    small.at(30, () => small.at(50, network.hold([network.link("a", "b")], effect)));
  });
  expect(heard.b.filter(line => atUs(line) >= 30_000 && atUs(line) < 50_000)).toEqual([]);
  const burst = heard.b.filter(line => atUs(line) >= 50_000 && atUs(line) < 50_100);
  expect(burst.length).toBeGreaterThanOrEqual(15);
  expect(effect.segmentsHeld).toBe(burst.length);
});

test("overlapping holds each end on their own", async () => {
  const heard = await talk((network, small) => {
    const links = [network.link("a", "b")];
    small.at(30, () => small.at(50, network.hold(links, noNetEffect())));
    small.at(40, () => {
      const cure = network.hold(links, noNetEffect());
      small.at(60, cure);
      small.at(61, cure);
    });
  });
  expect(heard.b.filter(line => atUs(line) >= 30_000 && atUs(line) < 60_000)).toEqual([]);
  expect(heard.b.some(line => atUs(line) >= 60_000)).toBe(true);
});

test("a delay of n segments delays n, and none overtakes them", async () => {
  const effect = noNetEffect();
  const heard = await talk((network, small) => {
    small.at(30, () => network.delay([network.link("a", "b")], 8_000, effect, 1));
  });
  expect(effect.segmentsDelayed).toBe(1);
  expect(heard.b.map(line => line.split(": ")[1]).join()).toBe(undisturbed.b.map(line => line.split(": ")[1]).join());
});

test("SI-6: a fault that nothing met leaves the digest as it was", async () => {
  const digest = async (disturb: (network: Network, small: SmallSite) => void): Promise<string> => {
    let seen: SmallSite | undefined;
    await talk((network, small) => {
      seen = small;
      disturb(network, small);
    });
    return seen!.digest;
  };
  const plain = await digest(() => {});
  const effect = noNetEffect();
  const unmet = await digest((network, small) => {
    small.at(30, () => small.at(40, network.cut(network.between("b", "d"), effect)));
    small.at(30, () => network.delay([network.link("d", "a")], 7, effect));
    small.at(400, () => small.at(500, network.hold(network.around("a"), effect)));
  });
  expect(effect).toEqual(noNetEffect());
  expect(unmet).toBe(plain);
});
