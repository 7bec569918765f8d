import { deepEqual, equal } from "node:assert/strict";
import { pattern, Received } from "./byte-pattern.ts";
import type { NetCase } from "./net-case.ts";
import { callUntilAnswered, codeOf, dial, ignore, serve, SERVER } from "./net-peers.ts";

/** Who is reached, who is not, and that connections are apart. */
export const netConnecting: readonly NetCase[] = [
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
