import { DiskError, diskErrorCodes, type Disk, type DiskErrorCode } from "../../host/disk.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Incarnation } from "../../kernel/process.ts";
import { draw, drawKey, mix32 } from "../../kernel/random.ts";
import type { DiskObservation, DurableView } from "../observation.ts";
import { CallQueue, type DiskCall } from "./call-queue.ts";
import { hashContents, hashText } from "./content-hash.ts";
import { DiskActions, type DiskObserver } from "./disk-actions.ts";
import { callMatch, DiskFaults, type CallPattern, type DiskFault, type FailRule } from "./disk-faults.ts";
import { diskOperations, effectKinds, type DiskOperation } from "./disk-operation.ts";
import { DiskPort } from "./disk-port.ts";
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
    const drawn = draw(drawKey(this.#seed, `${this.#name}/power`), this.#powerLosses++);
    if (this.#tree === undefined) return { spared: 0, lost: 0 };
    const { durability, cache } = this.#tree;
    const toll = durability.powerLoss(pending => persistenceModels[this.#persistence](pending, drawn));
    cache.reload();
    this.#kernel.journal.fold(POWER_LOSS_KIND, this.#kernel.nowUs, this.#owner, mix32(toll.spared) ^ toll.lost);
    return toll;
  }

  /** Calls of an operation on matching paths fail with `code`, `times` times (always, when left out). */
  fail(fault: CallPattern & { readonly code: DiskErrorCode; readonly times?: number }): DiskFault {
    return this.#faults.fail({
      ...callMatch(fault),
      code: fault.code,
      losesPages: false,
      timesLeft: fault.times ?? Infinity,
    });
  }

  /**
   * fsync fails with EIO and marks the pages clean: they are never written, the next fsync succeeds, and reads give the
   * new bytes until the power goes (fsyncgate; Rebello et al., "Can Applications Recover from fsync Failures?", 2020).
   */
  syncFails(fault: { readonly path?: string; readonly role?: string; readonly times?: number }): DiskFault {
    const match = callMatch({ ...fault, operation: "sync" });
    return this.#faults.fail({ ...match, code: "EIO", losesPages: true, timesLeft: fault.times ?? 1 });
  }

  /** Calls take `factor` times as long, and `extraUs` more. */
  slow(fault: CallPattern & { readonly factor?: number; readonly extraUs?: number }): DiskFault {
    return this.#faults.slow({ ...callMatch(fault), factor: fault.factor ?? 1, extraUs: fault.extraUs ?? 0 });
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
    return (this.#tree ??= new DiskTree(this.#volumes));
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
      const failing = this.#faults.none ? undefined : this.#faults.failing({ ...call, role }, nowUs);
      if (failing !== undefined) this.#fail(failing, call);
      result = call.effect();
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

  #fail(rule: FailRule, call: DiskCall): never {
    const inode = call.onFile?.file.inode;
    if (rule.losesPages && inode?.kind === "file") this.#contents.durability.loseFile(inode);
    throw new DiskError(rule.code, call.operation, call.path);
  }

  #observing(role: string): DiskObserver | undefined {
    if (this.#observers.length === 0) return undefined;
    if (this.#observerOf.has(role)) return this.#observerOf.get(role);
    const told = this.#observers.filter(({ roles }) => roles === undefined || roles.has(role));
    const observer: DiskObserver = what => {
      const observation: DiskObservation = {
        kind: "disk",
        atUs: this.#kernel.nowUs,
        machine: this.machine,
        role,
        ...what,
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
  if (call.onFile?.bytes !== undefined) return hashContents(call.onFile.bytes);
  return call.operation === "read" ? (result as { bytesRead: number }).bytesRead : 0;
}

const SYNC_COST = 3;
/** Beyond the operations' kinds. */
const POWER_LOSS_KIND = 127;
