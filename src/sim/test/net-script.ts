import fc from "fast-check";
import type { Host } from "../../host/host.ts";
import { NetError, type Connection, type Listener } from "../../host/net.ts";

/**
 * Random programs for a network of two processes, and what they see: the two halves of the differential property. It
 * owns generation, the acts and the telling; which hosts play them, and when the next step is due, is the player's.
 *
 * A step is followed by calm, so that what it brings about has no rival but what was done in the same step. What a
 * process sees is told per end of a connection, since which end hears first is a matter of time.
 */
export type NetStep =
  | { readonly do: "listen" | "unlisten"; readonly port: Port }
  | { readonly do: "dial"; readonly port: Port; readonly pausesAtOnce: boolean }
  | { readonly do: "acts"; readonly acts: readonly Act[] };

/** What one end of a connection does; several of one step overlap. `flood` writes until the buffer says enough. */
interface Act {
  readonly connection: number;
  readonly end: End;
  readonly what: "write" | "write-much" | "flood" | "end" | "reset" | "pause" | "resume";
}

type End = "client" | "server";
type Port = (typeof ports)[number];

const ports = ["a", "b"] as const;
export const netRoles = ["client", "server"] as const;

/** Both processes of one script. `started` gives them their hosts, `play` does a step in turns of its processes. */
export class NetScriptPlayer {
  readonly #hosts = new Map<string, Host>();
  readonly #listeners = new Map<Port, Promise<Listener | string>>();
  readonly #answers: string[] = [];
  readonly #dials: Dialled[] = [];

  started(host: Host): void {
    this.#hosts.set(host.role, host);
  }

  /** Which processes have something to do in this step. */
  static rolesOf(step: NetStep): readonly string[] {
    if (step.do === "acts") return netRoles.filter(role => step.acts.some(({ end }) => end === role));
    return step.do === "dial" ? ["client"] : ["server"];
  }

  /** The part of one process in a step, in a turn of its own. */
  play(step: NetStep, role: string): void {
    switch (step.do) {
      case "listen":
        return this.#listen(step.port);
      case "unlisten":
        void this.#listeners.get(step.port)?.then(listener => typeof listener !== "string" && listener.close());
        return void this.#listeners.delete(step.port);
      case "dial":
        return this.#dial(step.port, step.pausesAtOnce);
      case "acts":
        for (const { connection, end, what } of step.acts)
          if (end === role) this.#dials[connection % Math.max(1, this.#dials.length)]?.ends[end]?.act(what);
    }
  }

  /** All that was seen so far: a line per answer, and one per end of each connection. */
  get seen(): readonly string[] {
    return [
      ...this.#answers,
      ...this.#dials.flatMap(({ ends, outcome }, i) =>
        netRoles.map(end => `${i} ${end}: ${ends[end]?.told ?? (end === "client" ? outcome : "nobody")}`),
      ),
    ];
  }

  #listen(port: Port): void {
    const at = this.#answers.push(`listen ${port}: …`) - 1;
    const accept = (connection: Connection): void => {
      const dial = this.#dials.at(-1)!;
      dial.ends.server = new Telling(connection, () => dial.ends.client, dial.pausesAtOnce);
    };
    const listening = this.#host("server")
      .net.listen(`server:${port}`, accept)
      .catch((error: unknown) => codeOf(error));
    void listening.then(
      listener => (this.#answers[at] = `listen ${port}: ${typeof listener === "string" ? listener : "listens"}`),
    );
    // A second listener at an address is refused, and leaves the first as it was.
    if (!this.#listeners.has(port)) this.#listeners.set(port, listening);
  }

  #dial(port: Port, pausesAtOnce: boolean): void {
    const dial: Dialled = { ends: {}, outcome: "…", pausesAtOnce };
    this.#dials.push(dial);
    this.#host("client")
      .net.connect(`server:${port}`)
      .then(
        connection => {
          dial.ends.client = new Telling(connection, () => dial.ends.server, pausesAtOnce);
        },
        (error: unknown) => (dial.outcome = codeOf(error)),
      );
  }

  #host(role: string): Host {
    return this.#hosts.get(role)!;
  }
}

interface Dialled {
  readonly ends: { client?: Telling; server?: Telling };
  outcome: string;
  readonly pausesAtOnce: boolean;
}

/**
 * One end of a connection and what it was told. Bytes are numbered by their place in the stream, and told as the write
 * that they came from: how much a flood is depends on the host's buffers, that it comes whole and in order does not.
 */
class Telling {
  readonly #connection: Connection;
  readonly #other: () => Telling | undefined;
  readonly #told: string[] = [];
  readonly #writeEnds: number[] = [];
  #ended = false;
  #drained = 0;
  #sent = 0;
  #received = 0;

  constructor(connection: Connection, other: () => Telling | undefined, pausesAtOnce: boolean) {
    this.#connection = connection;
    this.#other = other;
    connection.handle({
      data: chunk => this.#onData(chunk),
      ended: () => this.#tell("ended"),
      // How far the other end has read by then is a matter of time.
      drained: () => this.#drained++,
      closed: how => this.#tell(`closed ${how}`),
    });
    if (pausesAtOnce) connection.pause();
  }

  act(what: Act["what"]): void {
    switch (what) {
      case "write":
        return this.#tell(`wrote, ${this.#write(SMALL_BYTES)}`);
      case "write-much":
        return this.#tell(`wrote much, ${this.#write(MUCH_BYTES)}`);
      case "flood":
        return this.#tell(`flooded, ${this.#flood()}`);
      case "end":
        this.#ended = true;
        return this.#connection.end();
      case "reset":
        // libuv calls it an end of the stream when it reads the last bytes and meets a reset right behind them.
        if (this.#bytesUnread > 0) return this.#tell("no reset");
        this.#ended = true;
        return this.#connection.reset();
      case "pause":
        return this.#connection.pause();
      case "resume":
        return this.#connection.resume();
    }
  }

  get told(): string {
    // A write that meets a reset says nothing of buffers: some hosts know at once that it is in vain, some later.
    const broken = this.#told.some(line => line.endsWith("closed reset"));
    const lines = broken ? this.#told.map(line => line.replace(/, (room|enough|never enough)$/, "")) : [...this.#told];
    if (this.#received > 0) lines.push(this.#position());
    if (this.#drained > 0) lines.push(`drained ${this.#drained} times`);
    if (this.#connection.bufferedBytes > 0) lines.push("bytes wait");
    return lines.join(", ");
  }

  #write(bytes: number): string {
    const from = this.#sent;
    if (!this.#ended && !this.#closed) this.#writeEnds.push((this.#sent += bytes));
    return this.#connection.write(numbered(from, bytes)) ? "room" : "enough";
  }

  #flood(): string {
    for (let writes = 0; writes < FLOOD_WRITES_MAX; writes++) {
      const said = this.#write(FLOOD_BYTES);
      if (this.#ended || this.#closed) return said;
      if (said === "enough") {
        // Linux makes more room as it goes along: it shall not find some for all of this.
        this.#write(FLOOD_REST_BYTES);
        writes++;
        // One write to whoever reads it, however many it took to fill this host's buffers.
        this.#writeEnds.splice(-writes - 1, writes);
        return said;
      }
    }
    return "never enough";
  }

  get #closed(): boolean {
    return this.#told.some(line => line.includes("closed"));
  }

  #onData(chunk: Uint8Array): void {
    if (numbered(this.#received, chunk.length).compare(chunk) !== 0) this.#tell("other bytes than were sent");
    this.#received += chunk.length;
  }

  #tell(line: string): void {
    this.#told.push(this.#received > 0 && !line.startsWith("wrote") ? `${this.#position()} ${line}` : line);
  }

  get #bytesUnread(): number {
    const other = this.#other();
    return other === undefined ? this.#sent : this.#sent - other.#received;
  }

  #position(): string {
    const other = this.#other();
    const ends = other === undefined ? [] : other.#writeEnds;
    const whole = ends.filter(end => end <= this.#received).length;
    return `${whole} of its writes${this.#received > (ends[whole - 1] ?? 0) ? " and a part" : ""}`;
  }
}

/** Bytes that say where in the stream they stand; nobody writes to them. */
function numbered(from: number, length: number): Buffer {
  return pattern.subarray(from % PERIOD, (from % PERIOD) + length);
}

function codeOf(error: unknown): string {
  if (error instanceof NetError) return error.code;
  throw error;
}

/** A prime: no shift goes unnoticed. */
const PERIOD = 251;
const SMALL_BYTES = 100;
/** Above every high-water mark, below every window. */
const MUCH_BYTES = 40_000;
const FLOOD_BYTES = 64 * 1024;
const FLOOD_REST_BYTES = 8 * 1024 * 1024;
/** 40 MiB: more than Linux keeps for one connection. */
const FLOOD_WRITES_MAX = 640;

const pattern = Buffer.from(Uint8Array.from({ length: FLOOD_REST_BYTES + PERIOD }, (_, i) => i % PERIOD));

const port = fc.constantFrom(...ports);
const connection = fc.nat({ max: 2 });
const end = fc.constantFrom<End[]>(...netRoles);

const act: fc.Arbitrary<Act> = fc.record({
  connection,
  end,
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant("write" as const) },
    { weight: 2, arbitrary: fc.constant("write-much" as const) },
    { weight: 3, arbitrary: fc.constant("end" as const) },
    { weight: 2, arbitrary: fc.constant("reset" as const) },
    { weight: 3, arbitrary: fc.constant("pause" as const) },
    { weight: 4, arbitrary: fc.constant("resume" as const) },
    { weight: 1, arbitrary: fc.constant("flood" as const) },
  ),
});

/** Acts of both ends at once have one outcome where nobody resets what others write to, or makes room meanwhile. */
const together = fc
  .array(act, { minLength: 2, maxLength: 5 })
  .map(acts => acts.filter(({ what }) => what !== "reset" && what !== "resume"))
  .filter(acts => acts.length > 0);

const step: fc.Arbitrary<NetStep> = fc.oneof(
  { weight: 12, arbitrary: act.map((one): NetStep => ({ do: "acts", acts: [one] })) },
  { weight: 4, arbitrary: together.map((acts): NetStep => ({ do: "acts", acts })) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("dial" as const), port, pausesAtOnce: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("listen" as const, "unlisten" as const), port }) },
);

/** Begins with a listener and a connection, so that most steps have something to act on. */
export const netScript: fc.Arbitrary<readonly NetStep[]> = fc
  .array(step, { minLength: 1, maxLength: 40, size: "max" })
  .map(steps => [{ do: "listen", port: "a" }, { do: "dial", port: "a", pausesAtOnce: false }, ...steps]);
