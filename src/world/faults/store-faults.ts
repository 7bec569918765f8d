import { pause } from "../../host/pause.ts";
import { draw, drawKey, RandomStream } from "../../kernel/random.ts";
import { roleFolder } from "../../roles/role-table.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import { incomingFolder } from "../../services/file-store/stored-replica.ts";
import { DiskError } from "../../host/disk.ts";
import { faultName, numberOf, type Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import type { FaultDevice, Injected, Levers } from "./fault-device.ts";
import { Marks } from "./marks.ts";
import type { MetRequest, StoreStrike } from "./storage-faults.ts";

/**
 * What a storage node that is up does to its users, as object stores do: errors in storms, answers that come late, listings of a
 * while ago, uploads that break off.
 */
export const storeFaults: readonly FaultDevice[] = [
  {
    kind: "store.errors",
    sentence:
      "A storage node answers a share of its requests with an error, half of those after it has done what was asked.",
    target: "storage",
    lasts: "for-a-while",
    params: { perMille: { type: "integer", min: 1, max: 1_000, otherwise: 500 } },
    owes: "recover",
    law: "a storage node in an error storm refuses a share of its requests, and some that it has carried out",
    inject(levers, fault) {
      const draws = new RandomStream(levers.site.kernel.seed, faultName(fault));
      const perMille = numberOf(fault, "perMille", 500);
      return striking(levers, fault, "answered with an error", mark => async (met, act) => {
        if (!draws.chance(perMille)) return act();
        mark(met.method);
        if (draws.chance(500)) await act();
        throw new RpcFault("failed", "internal error: please try again");
      });
    },
  },
  {
    kind: "store.slow",
    sentence: "A storage node does what it is asked and answers late.",
    target: "storage",
    lasts: "for-a-while",
    params: { byUs: { type: "integer", min: 1_000, max: 60_000_000, otherwise: 500_000 } },
    owes: "recover",
    law: "a slow storage node has done what was asked long before it says so",
    inject(levers, fault) {
      const lateMs = Math.ceil(numberOf(fault, "byUs", 500_000) / 1000);
      return striking(levers, fault, "answered late", mark => async (met, act) => {
        mark(met.method);
        try {
          return await act();
        } finally {
          await pause(met.host, lateMs);
        }
      });
    },
  },
  {
    kind: "store.stale-list",
    sentence:
      "A storage node lists some of its files as they were a while ago: new ones are lacking, removed ones still there.",
    target: "storage",
    lasts: "for-a-while",
    params: {
      byUs: { type: "integer", min: 1_000, max: 60_000_000, otherwise: 1_000_000 },
      /** Of how many files: each has a staleness of its own, as in S3 before 2020. */
      perMille: { type: "integer", min: 1, max: 1_000, otherwise: 500 },
    },
    owes: "recover",
    law: "a stale listing lacks what was put of late and has what was removed of late",
    prepare: ({ storage }) => storage.watch(),
    inject(levers, fault) {
      const role = roleOf(levers.layout, fault.target)!;
      const perMille = numberOf(fault, "perMille", 500);
      const concerns = (path: string): boolean =>
        draw(drawKey(levers.site.kernel.seed, `${faultName(fault)}/${path}`), 0) % 1000 < perMille;
      return striking(levers, fault, "stale", mark => async (met, act) => {
        const reply = await act();
        if (met.method !== "store.list") return reply;
        const { prefix } = met.request as { readonly prefix: string };
        const { paths, removed } = reply as { readonly paths: readonly string[]; readonly removed: readonly string[] };
        const thenUs = levers.site.kernel.nowUs - numberOf(fault, "byUs", 1_000_000);
        const stale = levers.storage.history(role).asOf(thenUs, prefix, paths, concerns);
        if (stale.lacking.length + stale.gone.length > 0)
          mark(`${prefix} lacks ${stale.lacking.length} and has ${stale.gone.length} too many`);
        return { paths: stale.paths, removed: removed.filter(path => !stale.gone.includes(path)) };
      });
    },
  },
  {
    kind: "store.partial-upload",
    sentence: "An upload breaks off: a prefix of it was written and is left over, the connection is reset.",
    target: "storage",
    lasts: "for-a-while",
    params: { times: { type: "integer", min: 1, max: 1_000, otherwise: 1 } },
    owes: "recover",
    law: "an upload that broke off is never met, and what it left is cleaned up",
    inject(levers, fault) {
      const draws = new RandomStream(levers.site.kernel.seed, faultName(fault));
      let left = numberOf(fault, "times", 1);
      return striking(levers, fault, "broken off", mark => async (met, act) => {
        const { path, bytes } = met.request as { readonly path: string; readonly bytes: Uint8Array };
        if (met.method !== "store.put" || left === 0) return act();
        left--;
        const written = draws.below(bytes.length + 1);
        mark(`${path} after ${written} of ${bytes.length} bytes`);
        await leavePrefix(met, bytes.subarray(0, written), left);
        met.call.reset();
        return new Promise(() => {});
      });
    },
  },
];

function striking(
  levers: Levers,
  fault: Fault,
  what: string,
  make: (mark: (what: string) => void) => StoreStrike,
): Injected {
  const marks = new Marks(() => levers.site.kernel.nowUs);
  const role = roleOf(levers.layout, fault.target)!;
  const cure = levers.storage.arm(
    role,
    make(met => marks.add(met)),
  );
  return {
    cure,
    effect() {
      const effect = marks.effect();
      const [first, ...more] = marks.whats;
      if (effect === undefined) return undefined;
      return { ...effect, note: `${what} at ${role}: ${first}${more.length === 0 ? "" : `, and ${more.length} more`}` };
    },
  };
}

/** As a server leaves it that hears of the reset while it writes. */
async function leavePrefix({ host }: MetRequest, prefix: Uint8Array, number: number): Promise<void> {
  try {
    const file = await host.disk.open(`${incomingFolder(roleFolder(host.role))}/broken-off-${number}`, "w");
    await file.write(prefix, 0, prefix.length, 0);
    await file.close();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
