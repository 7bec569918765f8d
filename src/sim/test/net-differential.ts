import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { LocalAddressBook } from "../../host/node/address-book.ts";
import { NodeHost } from "../../host/node/node-host.ts";
import { defaultNetSettings } from "../net/net-settings.ts";
import { NetScriptPlayer, netRoles, netScript, type NetStep } from "./net-script.ts";
import { SmallSite } from "./small-site.ts";

/**
 * Plays random programs on a simulated network and on TCP over the loopback, and throws where a program could tell one
 * from the other. It owns the comparison; what the programs do is net-script.ts's.
 *
 * The simulation goes first, so that nothing here waits for time: the real machine is looked at until it shows the same,
 * and only a difference is waited for in vain.
 */
export async function compareNetworks(numRuns: number): Promise<NetStatistics> {
  const lengths: number[] = [];
  const counts = { connections: 0, refusals: 0, resets: 0, halfCloses: 0, floods: 0 };
  let round = 0;
  await fc.assert(
    fc.asyncProperty(netScript, async script => {
      const simulated = await onSimulatedNetwork(script, `differential ${round++}`);
      await onLoopback(script, simulated);
      const lines = simulated.at(-1)!;
      lengths.push(script.length);
      counts.connections += script.filter(step => step.do === "dial").length;
      counts.refusals += count(lines, /: refused$/);
      counts.resets += count(lines, /closed reset/);
      counts.halfCloses += count(lines, /ended, .*wrote/);
      counts.floods += count(lines, /flooded, enough/);
    }),
    { numRuns, seed: 20_240_602 },
  );
  lengths.sort((a, b) => a - b);
  return { programs: numRuns, medianSteps: lengths[Math.floor(lengths.length / 2)]!, ...counts };
}

export interface NetStatistics {
  readonly programs: number;
  readonly medianSteps: number;
  readonly connections: number;
  readonly refusals: number;
  readonly resets: number;
  readonly halfCloses: number;
  readonly floods: number;
}

/** What was seen after each step. */
async function onSimulatedNetwork(script: readonly NetStep[], seed: string): Promise<readonly (readonly string[])[]> {
  const { latencyUs, jitterUs, slowPerMille, splitPerMille, mergePerMille } = defaultNetSettings;
  // As much as Linux takes before it says enough, more or less: nothing but a flood shall fill it.
  const windowBytes = 2 * 1024 * 1024;
  const settings = {
    latencyUs,
    jitterUs,
    slowPerMille,
    splitPerMille,
    mergePerMille,
    windowBytes,
    queueBytesMax: 8 * windowBytes,
  };
  const small = new SmallSite(netRoles, { seed, net: { settings } });
  const player = new NetScriptPlayer();
  const seen: (readonly string[])[] = [];
  for (const role of netRoles) {
    small.site.start(role, host => {
      player.started(host);
      script.forEach((step, i) => {
        if (NetScriptPlayer.rolesOf(step).includes(role)) host.timer((i + 1) * CALM_MS, () => player.play(step, role));
      });
    });
  }
  script.forEach((_, i) => small.at((i + 2) * CALM_MS - 1, () => seen.push(player.seen)));
  await small.play();
  return seen;
}

async function onLoopback(script: readonly NetStep[], expected: readonly (readonly string[])[]): Promise<void> {
  const addresses = new LocalAddressBook();
  const player = new NetScriptPlayer();
  const hosts = netRoles.map(role => {
    addresses.announce(role);
    return new NodeHost({ role, root: "/nowhere", addresses });
  });
  try {
    for (const host of hosts) player.started(host);
    for (const [i, step] of script.entries()) {
      for (const role of NetScriptPlayer.rolesOf(step)) player.play(step, role);
      await untilSeen(player, expected[i]!, `step ${i}, ${JSON.stringify(step)}`);
    }
    await untilSeen(player, expected.at(-1)!, "the end");
  } finally {
    for (const host of hosts) host.shutDown();
  }
}

async function untilSeen(player: NetScriptPlayer, expected: readonly string[], where: string): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    if (turn >= TURNS_MIN && isDeepStrictEqual(player.seen, expected)) return;
    await nextTurn();
  }
  throw new Error(`After ${where}, TCP shows\n${player.seen.join("\n")}\nand the simulation\n${expected.join("\n")}`);
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

function count(lines: readonly string[], pattern: RegExp): number {
  return lines.filter(line => pattern.test(line)).length;
}

/** Between two steps of virtual time: longer than a flood takes. */
const CALM_MS = 5_000;
/** What a paused reader is not told takes its turns as well. */
const TURNS_MIN = 3;
/** Of the event loop, for a difference to show: some hundredths of a second. */
const TURNS_MAX = 2_000;
