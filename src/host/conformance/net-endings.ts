import { deepEqual, equal, ok } from "node:assert/strict";
import { pattern, Received } from "./byte-pattern.ts";
import type { NetCase } from "./net-case.ts";
import { dial, ignore, serve } from "./net-peers.ts";

/** An end, a reset, and what may still be said after them. */
export const netEndings: readonly NetCase[] = [
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
];
