import { expect, test } from "vitest";
import type { Host } from "../../host/host.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { Site } from "../../sim/site.ts";
import { diskless } from "../../sim/test/diskless.ts";
import type { JobEdge } from "../graph/job-graph.ts";
import { RecordBufferReader } from "../wire/record-buffer-reader.ts";
import { EdgeOutput } from "./outputs.ts";
import { Shuffle } from "./shuffle.ts";
import { Subpartition, Writability } from "./subpartition.ts";

const edge: JobEdge = { id: "a>b", from: "a", to: "b", partitioning: { kind: "forward" } };
const options = { bufferRecordsMax: 2, creditsPerChannel: 2, requestTimeoutMs: 500 };

/** Two workers whose mains the test writes; both shuffles accept when they begin. */
async function play(
  mains: Record<"tm0" | "tm1", (shuffle: Shuffle, host: Host) => void>,
  later?: (site: Site, kernel: Kernel) => void,
) {
  const kernel = new Kernel({ seed: "shuffle" });
  const site = new Site(kernel);
  const crashes: unknown[] = [];
  site.onProcess(change => {
    if (change.what === "crashed") crashes.push(change.cause);
  });
  for (const role of ["tm0", "tm1"] as const) {
    site.addMachine(role, { disk: diskless });
    site.place(role, role);
    site.start(role, host => {
      const shuffle = new Shuffle(host, `${role}:data`, options);
      void shuffle.start().then(() => host.timer(10, () => mains[role](shuffle, host)));
    });
  }
  later?.(site, kernel);
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(crashes).toEqual([]);
}

/** One output for one consumer. */
function output(consumer: string): { readonly edges: readonly EdgeOutput[]; readonly subpartition: Subpartition } {
  const subpartition = new Subpartition(options.bufferRecordsMax, new Writability(() => {}));
  return { edges: [new EdgeOutput(edge, 128, [{ consumer, subpartition }])], subpartition };
}

/** Reads a channel to its end and notes what comes. */
function read(shuffle: Shuffle, producer: string, address: string, log: unknown[], consumer = "b[0]#1"): void {
  const channel = shuffle.open({ edge: edge.id, producer, consumer }, address, {
    receive: (kind, payload) => {
      if (kind !== "records") return void log.push(kind);
      const reader = new RecordBufferReader(payload);
      while (reader.next()) log.push(reader.value);
      channel.consumed();
    },
    lost: cause => void log.push(`lost: ${cause}`),
  });
}

function send(subpartition: Subpartition, values: number): void {
  for (let i = 0; i < values; i++) subpartition.record(i, undefined, undefined);
  subpartition.event("end-of-data", new Uint8Array(0));
  subpartition.event("end-of-channel", new Uint8Array(0));
}

const whole = [0, 1, 2, 3, 4, 5, 6, 7, 8, "end-of-data", "end-of-channel"];

test("everything arrives in order, over the network and within one worker", async () => {
  for (const address of ["tm0:data", "tm1:data"] as const) {
    const log: unknown[] = [];
    const produce = (shuffle: Shuffle): void => {
      const { edges, subpartition } = output("b[0]#1");
      shuffle.register("a[0]#1", edges, cause => void log.push(cause));
      send(subpartition, 9);
    };
    await play({
      tm0: shuffle => {
        if (address === "tm0:data") produce(shuffle);
        read(shuffle, "a[0]#1", address, log);
      },
      tm1: shuffle => (address === "tm1:data" ? produce(shuffle) : undefined),
    });
    expect(log).toEqual(whole);
  }
});

test("a request waits for a producer that starts later, and is refused when none comes", async () => {
  const [patient, vain]: [unknown[], unknown[]] = [[], []];
  await play({
    tm0: shuffle => {
      read(shuffle, "a[0]#1", "tm1:data", patient);
      read(shuffle, "a[1]#1", "tm1:data", vain);
    },
    tm1: (shuffle, host) => {
      host.timer(400, () => {
        const { edges, subpartition } = output("b[0]#1");
        shuffle.register("a[0]#1", edges, () => {});
        send(subpartition, 9);
      });
    },
  });
  expect(patient).toEqual(whole);
  expect(vain).toEqual(["lost: a[1]#1 refused: no such producer within 500 ms"]);
});

test("an attempt reads only what was made for it: a zombie finds no partner, and a second reader none either", async () => {
  const [zombie, first, second]: [unknown[], unknown[], unknown[]] = [[], [], []];
  await play({
    tm0: (shuffle, host) => {
      read(shuffle, "a[0]#2", "tm1:data", zombie, "b[0]#1");
      read(shuffle, "a[0]#2", "tm1:data", first, "b[0]#2");
      host.timer(100, () => read(shuffle, "a[0]#2", "tm1:data", second, "b[0]#2"));
    },
    tm1: (shuffle, host) => {
      const { edges, subpartition } = output("b[0]#2");
      shuffle.register("a[0]#2", edges, () => {});
      host.timer(200, () => send(subpartition, 9));
    },
  });
  expect(first).toEqual(whole);
  expect(zombie).toEqual(["lost: a[0]#2 refused: no such producer within 500 ms"]);
  expect(second).toEqual(["lost: a[0]#2 refused: it has a consumer already"]);
});

test("a lost connection is told to both ends and never mended", async () => {
  const log: unknown[] = [];
  const causes: string[] = [];
  await play(
    {
      tm0: shuffle => read(shuffle, "a[0]#1", "tm1:data", log),
      tm1: (shuffle, host) => {
        const { edges, subpartition } = output("b[0]#1");
        shuffle.register("a[0]#1", edges, cause => void causes.push(cause));
        subpartition.record(0, undefined, undefined);
        subpartition.flush();
        host.timer(300, () => send(subpartition, 9));
      },
    },
    (site, kernel) => kernel.at(100_000, kernel.owner("test"), () => void site.kill("tm0")),
  );
  expect(causes).toHaveLength(1);
  expect(causes[0]).toContain("the connection to b[0]#1 was lost");
  const consumer: unknown[] = [];
  await play(
    {
      tm0: shuffle => read(shuffle, "a[0]#1", "tm1:data", consumer),
      tm1: shuffle => shuffle.register("a[0]#1", output("b[0]#1").edges, () => {}),
    },
    (site, kernel) => kernel.at(100_000, kernel.owner("test"), () => void site.kill("tm1")),
  );
  expect(consumer).toEqual(["lost: the connection to a[0]#1 at tm1:data was lost"]);
});

test("a closed channel releases its producer, and nothing more arrives", async () => {
  const log: unknown[] = [];
  const causes: string[] = [];
  const { edges, subpartition } = output("b[0]#1");
  await play({
    tm0: (shuffle, host) => {
      const channel = shuffle.open({ edge: edge.id, producer: "a[0]#1", consumer: "b[0]#1" }, "tm1:data", {
        receive: kind => void log.push(kind),
        lost: cause => void log.push(cause),
      });
      host.timer(100, () => channel.close());
    },
    tm1: (shuffle, host) => {
      shuffle.register("a[0]#1", edges, cause => void causes.push(cause));
      host.timer(300, () => send(subpartition, 9));
    },
  });
  expect({ log, causes, released: subpartition.released }).toEqual({ log: [], causes: [], released: true });
});
