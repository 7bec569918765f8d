import { expect, test } from "vitest";
import { ManualHost } from "../checkpoint/test/manual-host.ts";
import { RpcError } from "../../rpc/rpc-error.ts";
import { MemoryCoordination } from "../checkpoint/test/memory-coordination.ts";
import { leaderKey } from "../checkpoint/coordination-keys.ts";
import { LeaderElection, type Electorate } from "./leader-election.ts";

/** Sessions over the register in memory; the test says when one has expired, or when nobody answers. */
class Sessions extends MemoryCoordination implements Electorate {
  readonly expired = new Set<string>();
  silent = false;
  #opened = 0;

  openSession(): Promise<string> {
    return Promise.resolve(`s${++this.#opened}`);
  }

  keepAlive(session: string): Promise<"alive" | "expired"> {
    if (this.silent) return Promise.reject(new RpcError("unknown", "timed-out", "coord.keep-alive"));
    return Promise.resolve(this.expired.has(session) ? "expired" : "alive");
  }
}

function candidate(coordination: Sessions, address: string): { readonly host: ManualHost; readonly terms: string[] } {
  const host = new ManualHost();
  const terms: string[] = [];
  const election = new LeaderElection({
    host,
    coordination,
    address,
    sessionTtlMs: 1_000,
    granted: token => void terms.push(`granted ${token}`),
    revoked: () => void terms.push("revoked"),
  });
  void election.run();
  return { host, terms };
}

test("the token of a term is the revision of the leader key", async () => {
  const coordination = new Sessions();
  coordination.put("something", 1);
  const { host, terms } = candidate(coordination, "jm0:rpc");
  await host.advance(0);
  expect(terms).toEqual(["granted 2"]);
  expect(coordination.value(leaderKey)).toMatchObject({ address: "jm0:rpc", session: "s1" });
});

test("a candidate waits while another leads", async () => {
  const coordination = new Sessions();
  coordination.put(leaderKey, { role: "jm1", address: "jm1:rpc", session: "other" });
  const { host, terms } = candidate(coordination, "jm0:rpc");
  await host.advance(10_000);
  expect(terms).toEqual([]);
});

test("a process that starts again takes over from its earlier life at once, under a new token", async () => {
  const coordination = new Sessions();
  coordination.put(leaderKey, { role: "jm0", address: "jm0:rpc", session: "of the earlier life" });
  const { host, terms } = candidate(coordination, "jm0:rpc");
  await host.advance(0);
  expect(terms).toEqual(["granted 2"]);
});

test("a lost answer to the winning request is not a second term", async () => {
  const coordination = new Sessions();
  coordination.answersToLose = 1;
  const { host, terms } = candidate(coordination, "jm0:rpc");
  await host.advance(500);
  expect(terms).toEqual(["granted 1"]);
  expect(coordination.applied).toHaveLength(1);
});

test("a leader that cannot renew stops before its session can have run out", async () => {
  const coordination = new Sessions();
  const { host, terms } = candidate(coordination, "jm0:rpc");
  await host.advance(400);
  coordination.silent = true;
  await host.advance(800);
  expect(terms).toEqual(["granted 1"]);
  await host.advance(133);
  expect(terms.slice(0, 2)).toEqual(["granted 1", "revoked"]);
});

test("a leader whose session has expired stops and stands again", async () => {
  const coordination = new Sessions();
  const { host, terms } = candidate(coordination, "jm0:rpc");
  await host.advance(10);
  coordination.expired.add("s1");
  await host.advance(400);
  expect(terms).toEqual(["granted 1", "revoked", "granted 2"]);
});

test("a leader that renews in time stays", async () => {
  const coordination = new Sessions();
  const { host, terms } = candidate(coordination, "jm0:rpc");
  await host.advance(60_000);
  expect(terms).toEqual(["granted 1"]);
});
