import type { Host, Main } from "../host/host.ts";

/**
 * The door by which external systems enter a world: a name, which is its role and by which faults target it, and its
 * program. The bundled ones (broker, file store, coordination) and an author's own come in alike.
 *
 * The program gets its machine's port and plain data, and nothing else: every life of it is built anew from these.
 */
export interface Service {
  readonly name: string;
  readonly main: Main;
}

/**
 * @param name lower-case letters and digits, a letter first: `pg`, `broker2`.
 * @param main starts the program; it listens at addresses `${name}:<port name>`.
 * @param config plain data that each life is given.
 */
export function service(name: string, main: Main): Service;
export function service<Config>(name: string, main: (host: Host, config: Config) => void, config: Config): Service;
export function service<Config>(name: string, main: (host: Host, config?: Config) => void, config?: Config): Service {
  if (!/^[a-z][a-z0-9]*$/.test(name)) {
    throw new RangeError(`service("${name}"): a name of lower-case letters and digits, a letter first, is wanted.`);
  }
  return { name, main: host => main(host, config) };
}
