import type { Host } from "../../host/host.ts";
import { Body } from "../../rpc/body.ts";
import { startRpcServer, type RpcHandlers } from "../../rpc/rpc-server.ts";
import { DeadlineClock } from "../deadline-clock.ts";
import { serveNothing, whileWhole } from "../log-witness.ts";
import { unlessUnreadable, WriteAheadLog } from "../write-ahead-log.ts";
import type { Change } from "./coordination-client.ts";
import { coordinationLogPath, type CoordinationChange } from "./coordination-log.ts";
import { CoordinationState } from "./coordination-state.ts";

/**
 * The coordination service: one process, one log, linearizable. It owns the order in which requests are decided and that
 * nothing is said before it is durable, refusals and reads included: what they were decided on could be lost otherwise.
 *
 * A log that is gone or damaged, or lacks what a user has seen, is never gone on with: every request is refused from then on.
 *
 * After a restart every session has its full time to live again, since its holder could not be heard meanwhile.
 */
export function coordinationMain(host: Host, config: { readonly address: string; readonly dir: string }): void {
  void serve(host, config.address, config.dir);
}

async function serve(host: Host, address: string, dir: string): Promise<void> {
  const path = coordinationLogPath(dir);
  const opened = await unlessUnreadable(host, path, () => WriteAheadLog.open(host, path));
  if (typeof opened === "string") return serveNothing(host, address, opened);
  const { log, records } = opened;
  const state = new CoordinationState();
  for (const record of records) state.apply(record as CoordinationChange);
  if (state.lost !== undefined) return serveNothing(host, address, state.lost);

  const commit = (changes: readonly CoordinationChange[]): void => {
    for (const change of changes) {
      state.apply(change);
      log.append(change);
    }
  };
  const clock = new DeadlineClock(host, session => commit(state.expireSession(session)));
  for (const session of state.sessions()) clock.set(session, state.sessionTtlMs(session)!);
  const noted = (cause: string): void => commit([state.lose(cause)]);
  await startRpcServer(host, address, whileWhole(host, log, noted, handlers(state, log, clock, commit)));
}

function handlers(
  state: CoordinationState,
  log: WriteAheadLog,
  clock: DeadlineClock,
  commit: (changes: readonly CoordinationChange[]) => void,
): RpcHandlers {
  return {
    "coord.open-session": request => {
      const opened = state.openSession(new Body(request).whole("ttlMs", 1));
      commit([opened]);
      clock.set(opened.session, opened.ttlMs);
      return log.whenDurable({ session: opened.session });
    },
    "coord.keep-alive": request => {
      const session = new Body(request).text("session");
      const ttlMs = state.sessionTtlMs(session);
      if (ttlMs !== undefined) clock.set(session, ttlMs);
      return log.whenDurable({ state: ttlMs === undefined ? "expired" : "alive" });
    },
    "coord.list-sessions": () => log.whenDurable({ sessions: [...state.sessions()] }),
    "coord.close-session": request => {
      const session = new Body(request).text("session");
      const known = state.sessionTtlMs(session) !== undefined;
      if (known) {
        clock.clear(session);
        commit(state.expireSession(session));
      }
      return log.whenDurable({ closed: known });
    },
    "coord.get": request => log.whenDurable({ entry: state.get(new Body(request).text("key")) }),
    "coord.list": request => log.whenDurable({ entries: state.list(new Body(request).text("prefix")) }),
    "coord.compare-and-set": request => {
      const decision = state.decide(readChange(new Body(request)));
      if ("applied" in decision) return log.whenDurable(decision);
      commit([decision]);
      return log.whenDurable({ applied: true, revision: decision.revision });
    },
  };
}

function readChange(body: Body): Change {
  const session = body.optionalText("session");
  const guard = body.value("guard");
  return {
    key: body.text("key"),
    expectedRevision: body.whole("expectedRevision"),
    value: body.value("value"),
    ...(session === undefined ? {} : { session }),
    ...(guard === undefined ? {} : { guard: readGuard(new Body(guard)) }),
  };
}

function readGuard(body: Body): { key: string; revision: number } {
  return { key: body.text("key"), revision: body.whole("revision", 1) };
}
