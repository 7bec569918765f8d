import { equal, ok } from "node:assert/strict";
import type { Connection } from "../net.ts";
import { pattern, Received } from "./byte-pattern.ts";
import type { NetCase } from "./net-case.ts";
import { dial, ignore, serve, SERVER } from "./net-peers.ts";

/** Bytes arrive in order, each once, and no faster than they are read. */
export const netBytes: readonly NetCase[] = [
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
];

const MEBIBYTE = 1024 * 1024;
