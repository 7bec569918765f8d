import { expect, test } from "vitest";
import type { Host } from "../host/host.ts";
import { service } from "./service.ts";

test("a service gives each life its host and its configuration", () => {
  const lives: unknown[] = [];
  const host = { role: "pg" } as Host;
  const pg = service("pg", (of, config: { readonly port: string }) => lives.push([of.role, config.port]), {
    port: "pg:sql",
  });
  pg.main(host);
  pg.main(host);
  expect(pg.name).toBe("pg");
  expect(lives).toEqual([
    ["pg", "pg:sql"],
    ["pg", "pg:sql"],
  ]);
});

test.each(["", "PG", "2pg", "pg-1", "pg:sql"])("the name %j is refused", name => {
  expect(() => service(name, () => {})).toThrow("a name of lower-case letters");
});
