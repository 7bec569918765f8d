import { DiskError, type DiskErrorCode } from "../../host/disk.ts";
import type { DiskCall } from "./call-queue.ts";
import type { DamagePattern } from "./disk-damage.ts";
import type { DiskOperation } from "./disk-operation.ts";
import type { Durability } from "./durability.ts";

/**
 * The ways in which a call fails, or does not do what it says. It owns what each does in place of the call's effect;
 * which calls are met is disk-faults.ts's business.
 */
export type Spoiling =
  /** It fails and changes nothing. */
  | { readonly kind: "error"; readonly code: DiskErrorCode }
  /** A sync fails, and the pages of the file are marked clean though they were never written (fsyncgate). */
  | { readonly kind: "sync-fails" }
  /** A sync says yes, and nothing is durable. */
  | { readonly kind: "sync-lies" }
  /** Files do not grow beyond this many bytes on the disk: a write is cut short, the next has ENOSPC. */
  | { readonly kind: "full"; readonly capacityBytes: number }
  /** A write is acknowledged, can be synced, and the old content stays. */
  | { readonly kind: "lost-write" }
  /** A write is lost like that, and its bytes come to lie in another file. */
  | { readonly kind: "misdirect"; readonly within: string };

/** Whether there is anything in the operation to spoil in this way. */
export function spoils(how: Spoiling, { operation }: { readonly operation: DiskOperation }): boolean {
  switch (how.kind) {
    case "error":
      return true;
    case "sync-fails":
      return operation === "sync";
    case "sync-lies":
      return operation === "sync" || operation === "sync-directory";
    case "full":
      return operation === "write" || operation === "mkdir";
    case "lost-write":
    case "misdirect":
      return operation === "write";
  }
}

/** Does what the call does when it is spoiled so; returns its result or throws its error. */
export function spoil(how: Spoiling, call: DiskCall, at: SpoiledDisk): unknown {
  const inode = call.onFile?.file.inode;
  switch (how.kind) {
    case "error":
      at.bit(`${how.code} for`);
      throw new DiskError(how.code, call.operation, call.path);
    case "sync-fails":
      at.bit("EIO for");
      if (inode?.kind === "file") at.durability.loseFile(inode);
      throw new DiskError("EIO", call.operation, call.path);
    case "sync-lies":
      return lie(call, at);
    case "full":
      return fill(how.capacityBytes, call, at);
    case "lost-write":
    case "misdirect": {
      const write = call.onFile?.write;
      if (write === undefined || inode?.kind !== "file") return call.effect();
      if (how.kind === "lost-write") at.bit("never kept");
      else at.bit(`put into ${at.overwrite(write.bytes, { within: how.within, except: inode }) ?? "free space"}`);
      return write.perform(write.bytes.length, true);
    }
  }
}

export interface SpoiledDisk {
  readonly durability: Durability;
  usedBytes(): number;
  /** Puts bytes where they do not belong; says into which file. */
  overwrite(bytes: Uint8Array, where: DamagePattern): string | undefined;
  /** The fault had an effect on this call. */
  bit(what: string): void;
}

function lie(call: DiskCall, { durability, bit }: SpoiledDisk): unknown {
  durability.lying = true;
  durability.lied = false;
  try {
    return call.effect();
  } finally {
    durability.lying = false;
    if (durability.lied) bit("lied to");
  }
}

/** Sizes count, not blocks: a file with a hole needs as much room as one without. A new folder needs a block. */
function fill(capacityBytes: number, call: DiskCall, { usedBytes, bit }: SpoiledDisk): unknown {
  const write = call.onFile?.write;
  const roomBytes = Math.max(0, capacityBytes - usedBytes());
  const lacking = (write === undefined ? 1 : write.growth()) - roomBytes;
  if (lacking <= 0) return call.effect();
  if (write !== undefined && lacking < write.bytes.length) {
    bit("no room for all of");
    return write.perform(write.bytes.length - lacking, false);
  }
  bit("ENOSPC for");
  throw new DiskError("ENOSPC", call.operation, call.path);
}
