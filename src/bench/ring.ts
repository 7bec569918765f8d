import type { Disk } from "../host/disk.ts";
import type { Host, Timer } from "../host/host.ts";
import type { Connection } from "../host/net.ts";
import { drainDefault } from "../kernel/drain.ts";
import { Kernel } from "../kernel/kernel.ts";
import type { MachineDisk } from "../sim/machine.ts";
import { noNetEffect } from "../sim/net/net-effect.ts";
import { Site } from "../sim/site.ts";

/**
 * Work for the benches of the network: messages of 64 bytes that processes pass on over simulated connections. Who
 * measures them and what they must reach is bench.ts's.
 */

/** Plays `messages` hops around a ring of `processes`, one token per process under way; returns the events it took. */
export async function playRing(processes: number, messages: number, drain = drainDefault): Promise<number> {
  const kernel = new Kernel({ seed: "ring", drain });
  const site = new Site(kernel);
  let left = messages;
  for (let i = 0; i < processes; i++) {
    startOnOwnMachine(site, `p${i}`, host => {
      let downstream: Connection | undefined;
      void host.net.listen(`p${i}:ring`, upstream => {
        upstream.handle({
          data: chunk => {
            if (left-- > 0) downstream?.write(chunk);
          },
          closed: ignore,
        });
      });
      void host.net.connect(`p${(i + 1) % processes}:ring`).then(connection => {
        connection.handle({ data: ignore, closed: ignore });
        downstream = connection;
        // All are connected by then, so that every token finds its way on.
        host.timer(10, () => connection.write(new Uint8Array(MESSAGE_BYTES)));
      });
    });
  }
  await kernel.run();
  return kernel.events;
}

/** One server and `clients` that each send a message, await its echo and go on; returns the events it took. */
export async function playEcho(clients: number, messages: number): Promise<number> {
  const kernel = new Kernel({ seed: "echo" });
  const site = new Site(kernel);
  let left = messages;
  startOnOwnMachine(site, "server", host => {
    void host.net.listen("server:echo", connection => {
      connection.handle({ data: chunk => void connection.write(chunk), closed: ignore });
    });
  });
  for (let i = 0; i < clients; i++) {
    startOnOwnMachine(site, `client${i}`, host => {
      void host.net.connect("server:echo").then(connection => {
        connection.handle({
          data: chunk => {
            if ((left -= 2) > 0) connection.write(chunk);
          },
          closed: ignore,
        });
        connection.write(new Uint8Array(MESSAGE_BYTES));
      });
    });
  }
  await kernel.run();
  return kernel.events;
}

/**
 * The same while a partition between the server and every client comes and goes every 100 ms: a client that has waited
 * 20 ms gives its connection up and calls again. Returns the events it took.
 */
export async function playPartitionedEcho(clients: number, messages: number): Promise<number> {
  const kernel = new Kernel({ seed: "partitioned-echo" });
  const site = new Site(kernel);
  let left = messages;
  startOnOwnMachine(site, "server", host => {
    void host.net.listen("server:echo", connection => {
      connection.handle({
        data: chunk => void connection.write(chunk),
        ended: () => connection.end(),
        closed: ignore,
      });
    });
  });
  for (let i = 0; i < clients; i++) {
    startOnOwnMachine(site, `client${i}`, host => callForEver(host, () => (left -= 2) > 0));
  }
  const toggle = (): void => {
    if (left <= 0) return kernel.stop();
    const heal = site.network.cut(site.network.around("server"), noNetEffect());
    kernel.at(kernel.nowUs + PARTITION_US, owner, () => {
      heal();
      kernel.at(kernel.nowUs + PARTITION_US, owner, toggle);
    });
  };
  const owner = kernel.owner("partition");
  kernel.at(PARTITION_US, owner, toggle);
  await kernel.run();
  return kernel.events;
}

function callForEver(host: Host, again: () => boolean): void {
  host.net.connect("server:echo").then(
    connection => {
      let patience: Timer | undefined;
      const call = (): void => {
        connection.write(new Uint8Array(MESSAGE_BYTES));
        patience = host.timer(CLIENT_TIMEOUT_MS, () => connection.reset());
      };
      connection.handle({
        data: () => {
          patience?.cancel();
          if (again()) call();
        },
        closed: () => callForEver(host, again),
      });
      call();
    },
    () => callForEver(host, again),
  );
}

function startOnOwnMachine(site: Site, role: string, main: (host: Host) => void): void {
  site.addMachine(role, { disk: noDisk });
  site.place(role, role);
  site.start(role, main);
}

const noDisk: MachineDisk = {
  port: () => ({}) as Disk,
  processKilled: () => ({ callsInFlight: 0 }),
  powerLoss: () => ({ spared: 0, lost: 0 }),
};
const MESSAGE_BYTES = 64;
const PARTITION_US = 100_000;
const CLIENT_TIMEOUT_MS = 20;
const ignore = (): void => {};
