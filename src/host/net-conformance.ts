import { deepEqual, equal, ok } from "node:assert/strict";
import type { Host } from "./host.ts";
import { NetError, type Connection } from "./net.ts";

/**
 * What a program may rely on from any network behind the port, as cases that each host is held to: real TCP beside
 * host/node, the simulated network beside sim/net. It owns the cases; how processes are started is the driver's.
 *
 * A case never waits for time to pass: processes tell each other over connections when it is their turn.
 * Longer than usual: it is one table and reads as a list of names.
 */
export const netConformance: readonly NetCase[] = [
  {
    name: "bytes arrive in order, each once, whatever the chunks",
    async run(driver) {
      const received = new Received();
      let ended = false;
      serve(driver, connection => {
        connection.handle({ data: chunk => received.add(chunk), ended: () => (ended = true), closed: ignore });
      });
      const sizes = Array.from({ length: 300 }, (_, i) => (i * 37) % 2_000);
      dial(driver, connection => {
        connection.handle({ data: ignore, closed: ignore });
        let sent = 0;
        for (const size of sizes) {
          connection.write(pattern(sent, size));
          sent += size;
        }
        connection.end();
      });
      await driver.settle(() => ended);
      received.expectPattern(sizes.reduce((sum, size) => sum + size, 0));
    },
  },
  {
    name: "a reader that pauses holds its writer back, and drained follows when it reads on",
    async run(driver) {
      const received = new Received();
      let ended = false;
      driver.start("server", host => {
        let paused: Connection | undefined;
        void host.net.listen(SERVER, connection => {
          connection.handle({ data: chunk => received.add(chunk), ended: () => (ended = true), closed: ignore });
          connection.pause();
          paused = connection;
        });
        void host.net.listen("server:resume", connection => {
          connection.handle({ data: () => paused!.resume(), closed: ignore });
        });
      });
      let sent = 0;
      let bufferedAtFalse = 0;
      let drained = 0;
      dial(driver, (connection, host) => {
        connection.handle({
          data: ignore,
          closed: ignore,
          drained: () => {
            drained++;
            equal(connection.bufferedBytes, 0);
            connection.end();
          },
        });
        let room = true;
        while (room) {
          ok(sent < 256 * MEBIBYTE, "a paused reader never made write return false");
          room = connection.write(pattern(sent, 64 * 1024));
          sent += 64 * 1024;
        }
        bufferedAtFalse = connection.bufferedBytes;
        void host.net.connect("server:resume").then(other => {
          other.handle({ data: ignore, closed: ignore });
          other.write(Uint8Array.of(1));
        });
      });
      await driver.settle(() => ended);
      ok(bufferedAtFalse > 0);
      equal(drained, 1);
      received.expectPattern(sent);
    },
  },
  {
    name: "a large write goes through whole",
    async run(driver) {
      const received = new Received();
      let ended = false;
      serve(driver, connection => {
        connection.handle({ data: chunk => received.add(chunk), ended: () => (ended = true), closed: ignore });
      });
      dial(driver, connection => {
        connection.handle({ data: ignore, closed: ignore });
        connection.write(pattern(0, 3 * MEBIBYTE));
        connection.end();
      });
      await driver.settle(() => ended);
      received.expectPattern(3 * MEBIBYTE);
    },
  },
  {
    name: "the writer may reuse its array, and the reader owns its chunk",
    async run(driver) {
      const echoed = new Received();
      serve(driver, connection => {
        connection.handle({
          data: chunk => {
            connection.write(chunk);
            chunk.fill(0xff);
          },
          ended: () => connection.end(),
          closed: ignore,
        });
      });
      let ended = false;
      dial(driver, connection => {
        connection.handle({ data: chunk => echoed.add(chunk), ended: () => (ended = true), closed: ignore });
        const bytes = pattern(0, 5_000);
        connection.write(bytes);
        bytes.fill(0xee);
        connection.end();
      });
      await driver.settle(() => ended);
      echoed.expectPattern(5_000);
    },
  },
  {
    name: "the end of one direction leaves the other open, and both ends close as ended",
    async run(driver) {
      const log: string[] = [];
      serve(driver, connection => {
        connection.handle({
          data: chunk => log.push(`server got ${chunk.length}`),
          ended: () => {
            connection.write(pattern(0, 10));
            connection.end();
          },
          closed: how => log.push(`server closed ${how}`),
        });
      });
      const received = new Received();
      dial(driver, connection => {
        connection.handle({
          data: chunk => received.add(chunk),
          ended: () => log.push("client ended"),
          closed: how => log.push(`client closed ${how}`),
        });
        connection.end();
      });
      await driver.settle(() => log.length === 3);
      deepEqual([...log].sort(), ["client closed ended", "client ended", "server closed ended"]);
      ok(log.indexOf("client ended") < log.indexOf("client closed ended"));
      received.expectPattern(10);
    },
  },
  {
    name: "a reset is not an end: both sides close as reset",
    async run(driver) {
      const log: string[] = [];
      serve(driver, connection => {
        connection.handle({
          data: () => connection.reset(),
          ended: () => log.push("server ended"),
          closed: how => log.push(`server closed ${how}`),
        });
      });
      dial(driver, connection => {
        connection.handle({
          data: ignore,
          ended: () => log.push("client ended"),
          closed: how => log.push(`client closed ${how}`),
        });
        connection.write(Uint8Array.of(1));
      });
      await driver.settle(() => log.length === 2);
      deepEqual([...log].sort(), ["client closed reset", "server closed reset"]);
    },
  },
  {
    name: "calls on a closed connection do nothing",
    async run(driver) {
      const closes: string[] = [];
      serve(driver, connection => {
        connection.handle({ data: () => connection.reset(), closed: ignore });
      });
      dial(driver, connection => {
        connection.handle({
          data: ignore,
          closed: how => {
            closes.push(how);
            connection.write(Uint8Array.of(2));
            connection.end();
            connection.pause();
            connection.resume();
            connection.reset();
            connection.write(Uint8Array.of(3));
          },
        });
        connection.write(Uint8Array.of(1));
      });
      await driver.settle(() => closes.length > 0);
      deepEqual(closes, ["reset"]);
    },
  },
  {
    name: "a write after the end does nothing",
    async run(driver) {
      const received = new Received();
      let ended = 0;
      serve(driver, connection => {
        connection.handle({ data: chunk => received.add(chunk), ended: () => ended++, closed: ignore });
      });
      dial(driver, connection => {
        connection.handle({ data: ignore, closed: ignore });
        connection.write(pattern(0, 100));
        connection.end();
        connection.end();
        connection.write(pattern(100, 100));
      });
      await driver.settle(() => ended > 0);
      equal(ended, 1);
      received.expectPattern(100);
    },
  },
  {
    name: "an empty write sends nothing and is allowed",
    async run(driver) {
      const received = new Received();
      let ended = false;
      serve(driver, connection => {
        connection.handle({
          data: chunk => {
            ok(chunk.length > 0, "an empty chunk was delivered");
            received.add(chunk);
          },
          ended: () => (ended = true),
          closed: ignore,
        });
      });
      dial(driver, connection => {
        connection.handle({ data: ignore, closed: ignore });
        equal(connection.write(new Uint8Array(0)), true);
        connection.write(pattern(0, 3));
        connection.write(new Uint8Array(0));
        connection.end();
      });
      await driver.settle(() => ended);
      received.expectPattern(3);
    },
  },
  {
    name: "bytes that arrive before handle wait for it",
    async run(driver) {
      const received = new Received();
      let ended = false;
      serve(driver, connection => {
        connection.write(pattern(0, 50));
        connection.handle({ data: ignore, closed: ignore });
        connection.end();
      });
      dial(driver, async connection => {
        await Promise.resolve();
        connection.handle({ data: chunk => received.add(chunk), ended: () => (ended = true), closed: ignore });
      });
      await driver.settle(() => ended);
      received.expectPattern(50);
    },
  },
  {
    name: "nobody listens: refused",
    async run(driver) {
      let code: unknown;
      driver.start("server", ignore);
      driver.start("client", host => {
        host.net.connect("server:nothing").then(ignore, (error: unknown) => (code = codeOf(error)));
      });
      await driver.settle(() => code !== undefined);
      equal(code, "refused");
    },
  },
  {
    name: "an address of no role: unknown-address",
    async run(driver) {
      let code: unknown;
      driver.start("client", host => {
        host.net.connect("nobody:rpc").then(ignore, (error: unknown) => (code = codeOf(error)));
      });
      await driver.settle(() => code !== undefined);
      equal(code, "unknown-address");
    },
  },
  {
    name: "an address that is taken: address-in-use",
    async run(driver) {
      let code: unknown;
      driver.start("server", async host => {
        await host.net.listen(SERVER, ignore);
        host.net.listen(SERVER, ignore).then(ignore, (error: unknown) => (code = codeOf(error)));
      });
      await driver.settle(() => code !== undefined);
      equal(code, "address-in-use");
    },
  },
  {
    name: "a closed listener refuses, and the connections that it accepted live on",
    async run(driver) {
      const echoed = new Received();
      let code: unknown;
      driver.start("server", host => {
        const listening = host.net.listen(SERVER, connection => {
          connection.handle({ data: chunk => void connection.write(chunk), closed: ignore });
          void listening.then(listener => {
            listener.close();
            connection.write(pattern(0, 1));
          });
        });
      });
      dial(driver, (connection, host) => {
        connection.handle({
          data: chunk => {
            const first = echoed.length === 0;
            echoed.add(chunk);
            if (!first) return;
            host.net.connect(SERVER).then(ignore, (error: unknown) => {
              code = codeOf(error);
              connection.write(pattern(1, 20));
            });
          },
          closed: ignore,
        });
      });
      await driver.settle(() => echoed.length === 21);
      equal(code, "refused");
      echoed.expectPattern(21);
    },
  },
  {
    name: "connections do not mix",
    async run(driver) {
      const received: Received[] = [];
      let ended = 0;
      serve(driver, connection => {
        const own = new Received();
        received.push(own);
        connection.handle({ data: chunk => own.add(chunk), ended: () => ended++, closed: ignore });
      });
      driver.start("client", host => {
        for (const bytes of [1_000, 2_000, 3_000]) {
          callUntilAnswered(host, connection => {
            connection.handle({ data: ignore, closed: ignore });
            for (let sent = 0; sent < bytes; sent += 100) connection.write(pattern(sent, 100));
            connection.end();
          });
        }
      });
      await driver.settle(() => ended === 3);
      deepEqual(
        received.map(own => own.length).sort((a, b) => a - b),
        [1_000, 2_000, 3_000],
      );
      for (const own of received) own.expectPattern(own.length);
    },
  },
];

export interface NetCase {
  readonly name: string;
  run(driver: NetDriver): Promise<void>;
}

/** A fresh network; processes of one case find each other as `<role>:<port name>`. */
export interface NetDriver {
  /** Starts a process. Its port is used in its own turns only: in `main` and in what that has asked for. */
  start(role: string, main: (host: Host) => unknown): void;
  /** Resolves once the condition holds; rejects when nothing can make it hold any more. */
  settle(until: () => boolean): Promise<void>;
}

const SERVER = "server:echo";
const MEBIBYTE = 1024 * 1024;
const ignore = (): void => {};

function serve(driver: NetDriver, accept: (connection: Connection) => void): void {
  driver.start("server", host => void host.net.listen(SERVER, accept));
}

function dial(driver: NetDriver, connected: (connection: Connection, host: Host) => unknown): void {
  driver.start("client", host => callUntilAnswered(host, connection => connected(connection, host)));
}

/** The server may still be about to listen: a client calls again until somebody answers. */
function callUntilAnswered(host: Host, connected: (connection: Connection) => unknown): void {
  host.net.connect(SERVER).then(connected, (error: unknown) => {
    if (codeOf(error) !== "refused" && codeOf(error) !== "unknown-address") throw error;
    host.timer(1, () => callUntilAnswered(host, connected));
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof NetError ? error.code : error;
}

/** Bytes that say where in the stream they stand; the period is a prime, so that no shift goes unnoticed. */
function pattern(from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (from + i) % PATTERN_PERIOD;
  return bytes;
}

const PATTERN_PERIOD = 251;

/** What a reader got, kept as a position in the pattern and the first byte that did not fit. */
class Received {
  length = 0;
  #wrongAt: number | undefined;

  add(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte !== this.length % PATTERN_PERIOD) this.#wrongAt ??= this.length;
      this.length++;
    }
  }

  expectPattern(length: number): void {
    equal(this.#wrongAt, undefined, `byte ${this.#wrongAt} is not the one that was sent there`);
    equal(this.length, length);
  }
}
