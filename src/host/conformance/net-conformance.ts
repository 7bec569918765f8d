import { netBytes } from "./net-bytes.ts";
import type { NetCase } from "./net-case.ts";
import { netConnecting } from "./net-connecting.ts";
import { netEndings } from "./net-endings.ts";

/**
 * What a program may rely on from any network behind the port, as cases that each host is held to: real TCP beside
 * host/node, the simulated network beside sim/net. How processes are started is the driver's.
 *
 * A case never waits for time to pass: processes tell each other over connections when it is their turn.
 */
export const netConformance: readonly NetCase[] = [...netBytes, ...netEndings, ...netConnecting];
