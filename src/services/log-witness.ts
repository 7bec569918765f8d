import type { Host } from "../host/host.ts";
import { Body } from "../rpc/body.ts";
import { RpcFault } from "../rpc/rpc-error.ts";
import { startRpcServer, type RpcHandler, type RpcHandlers } from "../rpc/rpc-server.ts";
import type { LogPosition, WriteAheadLog } from "./write-ahead-log.ts";

/**
 * What the user of a service with one log remembers for it: how far the log had come. A service whose disk was wiped, or
 * has lost the end of the log, cannot know it by itself: it looks like one that was always so. So each answer says how
 * far the log is, and each request how far its sender has seen it (as ZooKeeper's clients do with their last zxid).
 */
export class LogWitness {
  #seen: LogPosition | undefined;

  get seen(): LogPosition | undefined {
    return this.#seen;
  }

  /** What another has seen; what it has seen itself is newer. */
  remember(seen: LogPosition): void {
    this.#seen ??= seen;
  }

  asks(body: object): object {
    return this.#seen === undefined ? body : withField(body, "seen", this.#seen);
  }

  /** The reply, after a look at it. */
  hears(reply: unknown): Body {
    const body = new Body(reply);
    const log = body.value("log");
    if (log !== undefined) this.#seen = positionOf(log);
    return body;
  }
}

/** A service that has lost what it acknowledged answers nothing else any more. */
export async function serveNothing(host: Host, address: string, cause: string): Promise<void> {
  host.emit({ event: "service.data-lost", detail: { cause } });
  await startRpcServer(host, address, {}, () => {
    throw new RpcFault("data-lost", cause);
  });
}

/**
 * The service's side: handlers that answer as long as no user has seen what the log does not hold. `noted` is called by
 * the first who has.
 */
export function whileWhole(
  host: Host,
  log: WriteAheadLog,
  noted: (cause: string) => void,
  handlers: RpcHandlers,
): RpcHandlers {
  let cause: string | undefined;
  const stamped = (reply: unknown): unknown => withField(reply as object, "log", log.position);
  const guarded =
    (handler: RpcHandler): RpcHandler =>
    (request, call) => {
      const seen = new Body(request).value("seen");
      if (cause === undefined && seen !== undefined && !log.holds(positionOf(seen))) {
        cause = `${host.role} had written entry ${positionOf(seen)[1]} of its log and has it no more`;
        host.emit({ event: "service.data-lost", detail: { cause } });
        noted(cause);
      }
      if (cause !== undefined) throw new RpcFault("data-lost", cause);
      const reply = handler(request, call);
      return reply instanceof Promise ? reply.then(stamped) : stamped(reply);
    };
  return Object.fromEntries(Object.entries(handlers).map(([method, handler]) => [method, guarded(handler)]));
}

function positionOf(value: unknown): LogPosition {
  const [mark, number] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const body = new Body({ mark, number });
  return [body.whole("mark"), body.whole("number", 1)];
}

/** Each message passes here, in all its shapes: a field that is stored behind the copy is cheap, one defined in its literal is not. */
function withField(message: object, name: string, value: unknown): object {
  const copy: Record<string, unknown> = { ...message };
  copy[name] = value;
  return copy;
}
