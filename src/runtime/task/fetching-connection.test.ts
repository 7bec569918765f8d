import { expect, test } from "vitest";
import type { Host } from "../../host/host.ts";
import { SmallSite } from "../../sim/test/small-site.ts";
import { FetchingConnection } from "./fetching-connection.ts";

test("a connection that is given up while it is opened is closed when it is there", async () => {
  const small = new SmallSite(["tm0", "tm1"]);
  const ends: string[] = [];
  small.site.start("tm1", (host: Host) => {
    void host.net.listen("tm1:data", connection =>
      connection.handle({ data: () => {}, ended: () => ends.push("ended"), closed: how => ends.push(how) }),
    );
  });
  small.site.start("tm0", (host: Host) => {
    const request = { edge: "e", producer: "a[0]#1", consumer: "b[0]#1", credits: 1 };
    const receiver = { receive: () => {}, lost: () => {} };
    host.timer(10, () => new FetchingConnection(host, "tm1:data", () => {}).open(request, receiver).close());
  });
  await small.play();
  expect(ends).toEqual(["reset"]);
});
