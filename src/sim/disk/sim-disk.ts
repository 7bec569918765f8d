import { DiskError, diskErrorCodes, type Disk, type DiskErrorCode } from "../../host/disk.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Incarnation } from "../../kernel/process.ts";
import { drawKey, mix32, RandomStream } from "../../kernel/random.ts";
import type { DiskObservation, DurableView } from "../observation.ts";
import { CallQueue, type DiskCall } from "./call-queue.ts";
import { hashContents, hashText } from "./content-hash.ts";
import { DiskActions, type DiskObserver } from "./disk-actions.ts";
import type { CallPattern } from "./call-pattern.ts";
import { DiskDamage } from "./disk-damage.ts";
import type { DiskFault } from "./disk-fault.ts";
import { DiskFaults, type SpoilRule } from "./disk-faults.ts";
import { diskOperations, effectKinds, type DiskOperation } from "./disk-operation.ts";
import { DiskPort } from "./disk-port.ts";
import { spoil } from "./spoil.ts";
import { DiskTree } from "./disk-tree.ts";
import { durableView } from "./durable-view.ts";
import { persistenceModels, type PersistenceName } from "./persistence.ts";
import { sharedVolumes, type VolumePool } from "./volume-pool.ts";

/**
 * The disk of one simulated machine. It owns its ports, its faults, its observers and its powers: what a killed process
 * and a lost supply leave behind. It does not own the semantics of operations (page-cache.ts, open-file.ts), what is
 * durable (durability.ts) or who is killed when (world).
 *
 * A call takes effect on the disk when its latency has passed, as an event of its own, and its caller hears of it in a
 * turn of its own. All draws are functions of (seed, machine, role, life, that life's own counter).
 */
export class SimDisk {
  readonly machine: string;
  readonly durable: DurableView;
  readonly #kernel: Kernel;
  readonly #owner: number;
  readonly #name: string;
  readonly #seed: string;
  readonly #latencyUs: number;
  readonly #persistence: PersistenceName;
  readonly #volumes: VolumePool;
  readonly #faults = new DiskFaults();
  readonly #queues = new Map<Incarnation, CallQueue>();
  readonly #counts = Object.fromEntries(diskOperations.map(name => [name, 0])) as Record<DiskOperation, number>;
  #observers: readonly Observer[] = [];
  #observerOf = new Map<string, DiskObserver | undefined>();
  #tree: DiskTree | undefined;
  #powerLosses = 0;
  #damages = 0;

  constructor(kernel: Kernel, options: SimDiskOptions) {
    this.machine = options.machine;
    this.#kernel = kernel;
    this.#name = `disk:${options.machine}`;
    this.#owner = kernel.owner(this.#name);
    this.#seed = options.seed;
    this.#latencyUs = options.latencyUs;
    this.#persistence = options.persistence ?? "prefix";
    this.#volumes = options.volumes ?? sharedVolumes;
    this.durable = durableView(() => this.#contents);
  }

  /** The disk as this life of a process calls it. */
  port(incarnation: Incarnation, role: string): Disk {
    const queue = new CallQueue(incarnation, {
      key: drawKey(this.#seed, `${this.#name}/${role}#${incarnation.number}`),
      held: (call, resume) => !this.#faults.none && this.#faults.held({ ...call, role }, resume, this.#kernel.nowUs),
      latency: (call, drawn) => this.#latency(call, drawn, role),
      perform: call => this.#perform(call, incarnation, role),
    });
    this.#queues.set(incarnation, queue);
    const actions = new DiskActions(
      () => this.#contents,
      () => this.#observing(role),
    );
    return new DiskPort(incarnation, actions, queue);
  }

  /** The process is dead: each call that ran is done, not done or done in part; what was finished stays. */
  processKilled(incarnation: Incarnation): { readonly callsInFlight: number } {
    const queue = this.#queues.get(incarnation);
    this.#queues.delete(incarnation);
    return { callsInFlight: queue?.abandon() ?? 0 };
  }

  /**
   * The machine's power is gone: what was synced survives, and of the rest what the persistence model spares. The
   * caller kills the machine's processes first, or their calls in flight are abandoned here.
   */
  powerLoss(): PowerLossToll {
    for (const queue of this.#queues.values()) queue.abandon();
    this.#queues.clear();
    const draws = new RandomStream(this.#seed, `${this.#name}/power/${this.#powerLosses++}`);
    if (this.#tree === undefined) return { spared: 0, lost: 0 };
    const { durability, cache } = this.#tree;
    const toll = durability.powerLoss(draws);
    cache.reload();
    this.#kernel.journal.fold(POWER_LOSS_KIND, this.#kernel.nowUs, this.#owner, mix32(toll.spared) ^ toll.lost);
    return toll;
  }

  /** Calls of an operation on matching paths fail with `code`, `times` times (always, when left out). */
  fail(fault: CallPattern & { readonly code: DiskErrorCode; readonly times?: number }): DiskFault {
    return this.#faults.spoil(fault, { ...fault, how: { kind: "error", code: fault.code } });
  }

  /**
   * fsync fails with EIO and marks the pages clean: they are never written, the next fsync succeeds, and reads give the
   * new bytes until the power goes (fsyncgate; Rebello et al., "Can Applications Recover from fsync Failures?", 2020).
   */
  syncFails(fault: SpoiledCalls): DiskFault {
    return this.#faults.spoil(fault, { times: 1, ...fault, how: { kind: "sync-fails" } });
  }

  /** Syncs of files and folders succeed, and what they cover stays in the drive's own memory until an honest one. */
  syncLies(fault: SpoiledCalls): DiskFault {
    return this.#faults.spoil(fault, { ...fault, how: { kind: "sync-lies" } });
  }

  /** The disk takes `freeBytes` more: then writes are cut short, and after that they have ENOSPC. */
  full(fault: SpoiledCalls & { readonly freeBytes: number }): DiskFault {
    const capacityBytes = this.size.bytes + fault.freeBytes;
    return this.#faults.spoil(fault, { ...fault, how: { kind: "full", capacityBytes } });
  }

  /** Writes are acknowledged, can be synced, and the old content is read. */
  loseWrites(fault: SpoiledCalls): DiskFault {
    return this.#faults.spoil(fault, { times: 1, ...fault, how: { kind: "lost-write" } });
  }

  /** Writes are lost like that, and their bytes overwrite a part of another file of this disk, one that matches `within`. */
  misdirect(fault: SpoiledCalls & { readonly within?: string }): DiskFault {
    return this.#faults.spoil(fault, { times: 1, ...fault, how: { kind: "misdirect", within: fault.within ?? "*" } });
  }

  /** Calls take `factor` times as long, and `extraUs` more. */
  slow(fault: CallPattern & { readonly factor?: number; readonly extraUs?: number }): DiskFault {
    return this.#faults.slow(fault, fault);
  }

  /** No call is answered before the cure. */
  stall(fault: CallPattern): DiskFault {
    return this.#faults.hold(fault, {});
  }

  /** Calls are never answered, and hold their places among the four that run at a time. */
  hang(fault: CallPattern & { readonly times?: number }): DiskFault {
    return this.#faults.hold(fault, { ...fault, forGood: true });
  }

  /** Bits of a durable file flip. What happened, or undefined where no file matches. */
  rot(where: { readonly path?: string; readonly within?: string }): string | undefined {
    return this.#damage("rot", damage => damage.rot(where));
  }

  /** A sector of a durable file cannot be read until it is written again. */
  latent(where: { readonly path?: string; readonly within?: string }): string | undefined {
    return this.#damage("latent", damage => damage.latent(where));
  }

  /** Another disk takes the place of this one, as it left the factory. The machine has no power meanwhile. */
  wipe(): { readonly files: number } {
    const { files } = this.size;
    this.#tree?.cache.dispose();
    this.#tree = undefined;
    return { files };
  }

  /** The two machines, both without power, find each other's disks. */
  swap(other: SimDisk): void {
    [this.#tree, other.#tree] = [other.#tree, this.#tree];
  }

  /** Is told of each operation of these roles that took effect; of all roles, when left out. */
  observe(listener: (observation: DiskObservation) => void, roles?: Iterable<string>): void {
    this.#observers = [...this.#observers, { listener, roles: roles === undefined ? undefined : new Set(roles) }];
    this.#observerOf = new Map();
  }

  /** Puts a durable file there, with its folders, before the run. */
  seed(path: string, bytes: Uint8Array): void {
    const { cache, durability } = this.#contents;
    cache.mkdirRecursive(path.slice(0, Math.max(1, path.lastIndexOf("/"))));
    const inode = cache.open(path, { write: true, create: true, exclusive: true });
    if (inode.kind === "file") cache.write(inode, 0, bytes.slice());
    durability.writeBack();
  }

  /** What processes see. */
  get size(): { readonly files: number; readonly bytes: number } {
    return this.#tree?.cache.size ?? { files: 0, bytes: 0 };
  }

  /** Changes that no sync has covered yet. */
  get pendingChanges(): number {
    return this.#tree?.durability.pendingChanges ?? 0;
  }

  /** Calls that were performed so far, failed ones included. */
  get counts(): Readonly<Record<DiskOperation, number>> {
    return this.#counts;
  }

  /** The world is over: its volume serves the next one. The disk must not be used afterwards. */
  dispose(): void {
    this.#tree?.cache.dispose();
    this.#tree = undefined;
    this.#queues.clear();
  }

  /** Made when it is first needed: a machine that never writes costs nothing. */
  get #contents(): DiskTree {
    return (this.#tree ??= new DiskTree(this.#volumes, persistenceModels[this.#persistence]));
  }

  #damage(kind: string, act: (damage: DiskDamage) => string | undefined): string | undefined {
    const draws = new RandomStream(this.#seed, `${this.#name}/${kind}/${this.#damages++}`);
    const note = act(new DiskDamage(this.#contents, draws));
    if (note !== undefined) this.#kernel.journal.fold(DAMAGE_KIND, this.#kernel.nowUs, this.#owner, hashText(note));
    return note;
  }

  #latency(call: DiskCall, drawn: number, role: string): number {
    // Half to one and a half of the mean, so that calls which run together overtake each other.
    const meanUs = this.#latencyUs * (isSync(call.operation) ? SYNC_COST : 1);
    const latencyUs = Math.floor(meanUs / 2) + (drawn % (meanUs + 1));
    return this.#faults.none ? latencyUs : this.#faults.slowed(latencyUs, { ...call, role }, this.#kernel.nowUs);
  }

  #perform(call: DiskCall, incarnation: Incarnation, role: string): void {
    const { nowUs, journal } = this.#kernel;
    this.#counts[call.operation]++;
    let result: unknown;
    let error: DiskError | undefined;
    try {
      const spoiling = this.#faults.none ? undefined : this.#faults.spoiling({ ...call, role });
      result = spoiling === undefined ? call.effect() : this.#spoil(spoiling, call, role);
    } catch (thrown) {
      if (!(thrown instanceof DiskError)) throw thrown;
      error = thrown;
    }
    const outcome = error === undefined ? hashOutcome(call, result) : ~diskErrorCodes.indexOf(error.code);
    journal.fold(effectKinds[call.operation], nowUs, this.#owner, mix32(hashText(call.path) ^ outcome));
    if (journal.recording) {
      const detail = { role, path: call.path, outcome: error?.code ?? "done" };
      journal.note(() => ({ atUs: nowUs, owner: this.#name, what: `disk.${call.operation}`, detail }));
    }
    if (error === undefined) incarnation.turn(() => call.resolve(result as never));
    else incarnation.turn(() => call.reject(error));
  }

  #spoil({ how, effect }: SpoilRule, call: DiskCall, role: string): unknown {
    return spoil(how, call, {
      durability: this.#contents.durability,
      usedBytes: () => this.size.bytes,
      overwrite: (bytes, where) => this.#damage("misdirect", damage => damage.overwrite(bytes, where)),
      bit: what => effect.happened(this.#kernel.nowUs, () => `${what} ${role}'s ${call.operation} of ${call.path}`),
    });
  }

  #observing(role: string): DiskObserver | undefined {
    if (this.#observers.length === 0) return undefined;
    if (this.#observerOf.has(role)) return this.#observerOf.get(role);
    const told = this.#observers.filter(({ roles }) => roles === undefined || roles.has(role));
    const observer: DiskObserver = ({ operation, path, to, position, bytes }) => {
      // All of one shape: every claim looks at most of them.
      const observation: DiskObservation = {
        kind: "disk",
        atUs: this.#kernel.nowUs,
        machine: this.machine,
        role,
        operation,
        path,
        to,
        position,
        bytes,
      };
      for (const { listener } of told) listener(observation);
    };
    this.#observerOf.set(role, told.length === 0 ? undefined : observer);
    return this.#observerOf.get(role);
  }
}

export interface SimDiskOptions {
  readonly machine: string;
  readonly seed: string;
  /** Mean of a call; a sync takes three times as long. */
  readonly latencyUs: number;
  readonly persistence?: PersistenceName;
  readonly volumes?: VolumePool;
}

/** Which calls a fault spoils, and how many: all that match, when `times` is left out, or one where the fault says so. */
export interface SpoiledCalls {
  readonly path?: string;
  readonly role?: string;
  readonly times?: number;
}

/** Changes without a sync that a power loss spared, and that it took. */
export interface PowerLossToll {
  readonly spared: number;
  readonly lost: number;
}

interface Observer {
  readonly listener: (observation: DiskObservation) => void;
  readonly roles: ReadonlySet<string> | undefined;
}

function isSync(operation: DiskOperation): boolean {
  return operation === "sync" || operation === "sync-directory";
}

function hashOutcome(call: DiskCall, result: unknown): number {
  const write = call.onFile?.write;
  if (write !== undefined) {
    const { bytesWritten } = result as { bytesWritten: number };
    return hashContents(bytesWritten === write.bytes.length ? write.bytes : write.bytes.subarray(0, bytesWritten));
  }
  return call.operation === "read" ? (result as { bytesRead: number }).bytesRead : 0;
}

const SYNC_COST = 3;
/** Beyond the operations' kinds. */
const POWER_LOSS_KIND = 127;
const DAMAGE_KIND = 126;
