import { crc32c } from "../../rpc/crc32c.ts";

/**
 * How a file lies on a storage node's disk: its place and its bytes. Pure; nodes write and read by it, and oracles judge
 * what is durable by it.
 *
 *     replica: u32 length of the contents | u32 CRC32C of path and contents | contents
 *
 * The path is in the checksum, so that a replica that a disk has written to another's place is whole nowhere else.
 * All replicas of a node lie in one flat folder, so that publishing one syncs one folder.
 */
export function encodeReplica(path: string, contents: Uint8Array): Uint8Array {
  const replica = new Uint8Array(HEADER_BYTES + contents.length);
  const view = new DataView(replica.buffer);
  view.setUint32(0, contents.length);
  view.setUint32(4, checksumOf(path, contents));
  replica.set(contents, HEADER_BYTES);
  return replica;
}

/** The contents, or undefined when the checksum does not hold. */
export function decodeReplica(path: string, replica: Uint8Array): Uint8Array | undefined {
  if (replica.length < HEADER_BYTES) return undefined;
  const view = new DataView(replica.buffer, replica.byteOffset);
  const contents = replica.subarray(HEADER_BYTES);
  if (contents.length !== view.getUint32(0)) return undefined;
  return checksumOf(path, contents) === view.getUint32(4) ? contents : undefined;
}

function checksumOf(path: string, contents: Uint8Array): number {
  return crc32c(contents, crc32c(utf8.encode(path)));
}

export function replicaPath(dir: string, path: string): string {
  return `${replicaFolder(dir)}/${encodeURIComponent(path)}`;
}

/** The file that lies at a place on a node's disk, or undefined when no replica does. */
export function pathOfReplica(dir: string, place: string): string | undefined {
  const folder = `${replicaFolder(dir)}/`;
  return place.startsWith(folder) ? decodeURIComponent(place.slice(folder.length)) : undefined;
}

export function replicaFolder(dir: string): string {
  return `${dir}/replicas`;
}

/** Where files lie while they are written: nobody reads there. */
export function incomingFolder(dir: string): string {
  return `${dir}/incoming`;
}

const HEADER_BYTES = 8;
const utf8 = new TextEncoder();
