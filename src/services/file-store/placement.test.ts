import { expect, test } from "vitest";
import { placement } from "./placement.ts";

const nodes = ["dfs0:rpc", "dfs1:rpc", "dfs2:rpc", "dfs3:rpc"];
const paths = Array.from({ length: 2000 }, (_, i) => `job/chk-${i}/count[${i % 4}]#1`);

test("every node stands once in the order, and the order does not depend on how the nodes are listed", () => {
  for (const path of paths.slice(0, 50)) {
    expect([...placement(path, nodes)].sort()).toEqual(nodes);
    expect(placement(path, [...nodes].reverse())).toEqual(placement(path, nodes));
  }
});

test("files spread evenly over nodes, as first and as second choice", () => {
  for (const rank of [0, 1]) {
    for (const node of nodes) {
      const share = paths.filter(path => placement(path, nodes)[rank] === node).length;
      expect(share).toBeGreaterThan(400);
      expect(share).toBeLessThan(600);
    }
  }
});

test("losing a node moves that node's files only", () => {
  const without = nodes.slice(0, -1);
  for (const path of paths.slice(0, 200))
    expect(placement(path, without)).toEqual(placement(path, nodes).filter(node => node !== nodes.at(-1)));
});
