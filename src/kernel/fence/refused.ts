import { webcrypto } from "node:crypto";
import { createRequire } from "node:module";
import { Server, Socket } from "node:net";
import { refuse } from "./fence-error.ts";
import { patch } from "./patch.ts";
import { stage } from "./stage.ts";

/**
 * What has no meaning inside a simulated process and is refused there by name. A proxy stands in for each function and
 * class, so that outside of turns name, statics, `instanceof` and subclassing are exactly Node's.
 */
export function fenceOutside(): void {
  const require = createRequire(import.meta.url);
  for (const { module, remedy, only, except } of refusedModules) {
    const exports = require(`node:${module}`) as Record<string, unknown>;
    for (const name of only ?? Object.keys(exports)) {
      if (except?.test(name) === true || typeof valueOf(exports, name) !== "function") continue;
      guard(exports, name, `${module}.${name}`, remedy);
    }
  }
  for (const { holder, path, names, remedy } of refusedMembers()) {
    for (const name of names) guard(holder, name, path === "" ? name : `${path}.${name}`, remedy);
  }
}

function guard(holder: object, name: string, api: string, remedy: string): void {
  patch<object>(holder, name, native =>
    typeof native !== "function"
      ? native
      : new Proxy(native, {
          apply(target, self: unknown, args: unknown[]): unknown {
            if (stage.process !== undefined) refuse(stage.process, api, remedy);
            return Reflect.apply(target, self, args);
          },
          construct(target, args: unknown[], newTarget): object {
            if (stage.process !== undefined) refuse(stage.process, api, remedy);
            return Reflect.construct(target, args, newTarget) as object;
          },
        }),
  );
}

/** Without calling getters: some warn, some load a module. */
function valueOf(exports: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(exports, name)?.value;
}

interface RefusedModule {
  readonly module: string;
  readonly remedy: string;
  /** Exports that are refused; all functions when absent. */
  readonly only?: readonly string[];
  /** Exports that touch nothing. */
  readonly except?: RegExp;
}

const disk = "Read files when the job's module is loaded, or use a file source, a file sink, or the host's disk.";
const network = "Put what is outside into a service of the world and talk to it over the host's net.";
const processes = "The processes of a world are its roles and services.";
const threadPool = "It ends on another thread, at a time that no seed decides: use the synchronous form.";
const machine = "It tells of the real machine, which differs from run to run.";
const collector =
  "The garbage collector follows no seed: keep the value, and remove it where you know that it is done.";

const refusedModules: readonly RefusedModule[] = [
  { module: "fs", remedy: disk, except: /^(Stats|BigIntStats|Dirent|_toUnixTimestamp)$/ },
  { module: "fs/promises", remedy: disk },
  { module: "net", remedy: network, except: /^(isIP|isIPv4|isIPv6|BlockList|SocketAddress|_.*)$/ },
  { module: "dns", remedy: network, except: /^(getServers|getDefaultResultOrder)$/ },
  { module: "dns/promises", remedy: network, except: /^(getServers|getDefaultResultOrder)$/ },
  { module: "dgram", remedy: network, only: ["createSocket", "Socket"] },
  { module: "tls", remedy: network, only: ["connect", "createServer", "TLSSocket", "Server"] },
  { module: "http", remedy: network, only: ["request", "get", "createServer", "ClientRequest", "Server"] },
  { module: "https", remedy: network, only: ["request", "get", "createServer", "Server"] },
  { module: "http2", remedy: network, only: ["connect", "createServer", "createSecureServer"] },
  { module: "child_process", remedy: processes },
  { module: "worker_threads", remedy: processes, except: /^(markAsUntransferable|isMarkedAsUntransferable)$/ },
  { module: "zlib", remedy: threadPool, except: /Sync$|^crc32$/ },
  {
    module: "crypto",
    remedy: threadPool,
    only: ["generateKey", "generateKeyPair", "generatePrime", "checkPrime", "pbkdf2", "scrypt", "hkdf"],
  },
  {
    module: "crypto",
    remedy: "Keys are made of real randomness: make them before the run.",
    only: ["generateKeySync", "generateKeyPairSync", "generatePrimeSync"],
  },
  {
    module: "os",
    remedy: machine,
    only: [
      "hostname",
      "uptime",
      "loadavg",
      "freemem",
      "totalmem",
      "cpus",
      "networkInterfaces",
      "userInfo",
      "availableParallelism",
    ],
  },
  { module: "perf_hooks", remedy: machine, only: ["monitorEventLoopDelay", "PerformanceObserver", "createHistogram"] },
  {
    module: "vm",
    remedy: "Another realm has its own clock and randomness.",
    only: ["createContext", "runInNewContext"],
  },
];

interface RefusedMembers {
  readonly holder: object;
  readonly path: string;
  readonly names: readonly string[];
  readonly remedy: string;
}

/** Globals, and methods by which an object that was made before the run would reach outside. */
function refusedMembers(): readonly RefusedMembers[] {
  return [
    { holder: globalThis, path: "", names: ["fetch", "WebSocket", "EventSource"], remedy: network },
    { holder: Socket.prototype, path: "net.Socket", names: ["connect"], remedy: network },
    { holder: Server.prototype, path: "net.Server", names: ["listen"], remedy: network },
    {
      holder: globalThis,
      path: "",
      names: ["MessageChannel", "BroadcastChannel"],
      remedy: "Use queueMicrotask or setTimeout, which are virtual.",
    },
    { holder: globalThis, path: "", names: ["CompressionStream", "DecompressionStream"], remedy: threadPool },
    { holder: globalThis, path: "", names: ["WeakRef", "FinalizationRegistry"], remedy: collector },
    { holder: WeakRef.prototype, path: "WeakRef", names: ["deref"], remedy: collector },
    {
      holder: AbortSignal,
      path: "AbortSignal",
      names: ["timeout"],
      remedy: "Use new AbortController() and setTimeout, which is virtual.",
    },
    { holder: Atomics, path: "Atomics", names: ["wait", "waitAsync"], remedy: "Nothing else runs while a turn waits." },
    {
      holder: Object.getPrototypeOf(webcrypto.subtle) as object,
      path: "crypto.subtle",
      names: Object.getOwnPropertyNames(Object.getPrototypeOf(webcrypto.subtle)).filter(name => name !== "constructor"),
      remedy: threadPool,
    },
    {
      holder: Object.getPrototypeOf(performance) as object,
      path: "performance",
      names: ["mark", "measure", "timerify", "eventLoopUtilization", "toJSON"],
      remedy: "Use performance.now(), which is virtual.",
    },
    {
      holder: process,
      path: "process",
      names: ["exit", "reallyExit", "abort", "kill", "chdir"],
      remedy: "A process ends by host.exit or by an uncaught error.",
    },
    {
      holder: process,
      path: "process",
      names: ["memoryUsage", "cpuUsage", "resourceUsage", "getActiveResourcesInfo"],
      remedy: machine,
    },
  ];
}
