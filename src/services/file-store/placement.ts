import { crc32c } from "../../rpc/crc32c.ts";

/**
 * Which nodes hold a file: all nodes in order of preference, by rendezvous hashing (Thaler and Ravishankar, 1998). Every
 * client computes the same order without asking anybody, and losing a node moves only that node's files.
 */
export function placement(path: string, nodes: readonly string[]): string[] {
  const pathHash = hashText(path, 0);
  return nodes
    .map(node => ({ node, weight: scramble(hashText(node, pathHash)) }))
    .sort((a, b) => b.weight - a.weight || (a.node < b.node ? -1 : 1))
    .map(({ node }) => node);
}

function hashText(text: string, seed: number): number {
  return crc32c(utf8.encode(text), seed);
}

/** A CRC is linear: without this the nodes of all files would rank in a few fixed patterns. murmur3's finalizer. */
function scramble(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const utf8 = new TextEncoder();
