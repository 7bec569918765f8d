import { noNetEffect } from "../../sim/net/net-effect.ts";
import type { FrameTrap } from "../../sim/net/frame-gate.ts";
import { numberOf, type Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import type { FaultDevice, Injected, Levers } from "./fault-device.ts";
import { rpcMethods } from "./rpc-methods.ts";
import { watched } from "./network-faults.ts";

const LOST_REQUEST = "checkpoint.acknowledge";
const LOST_REPLY = "coord.compare-and-set";
const DELAYED = "checkpoint.acknowledge";

/**
 * Faults of single messages, by kind and by role. They are made of resets and holds, as in life: a lost request is a
 * connection that broke before it was read, a lost reply one that broke behind it, and the caller cannot tell them apart.
 */
export const rpcFaults: readonly FaultDevice[] = [
  {
    kind: "rpc.lose-request",
    sentence:
      "The connection is reset just before a request is delivered: the call did not happen, and the caller cannot know.",
    target: "link-or-role",
    lasts: "for-a-while",
    params: {
      method: { type: "word", oneOf: rpcMethods, otherwise: LOST_REQUEST },
      times: { type: "integer", min: 1, max: 1_000, otherwise: 1 },
    },
    owes: "recover",
    law: "a lost request was never carried out, and its caller does not know",
    prepare,
    inject: (levers, fault) => trap(levers, fault, LOST_REQUEST, "request", { kind: "lose" }),
  },
  {
    kind: "rpc.lose-reply",
    sentence:
      "The connection is reset just before a reply is delivered: the call did happen, and the caller cannot know.",
    target: "link-or-role",
    lasts: "for-a-while",
    params: {
      method: { type: "word", oneOf: rpcMethods, otherwise: LOST_REPLY },
      times: { type: "integer", min: 1, max: 1_000, otherwise: 1 },
    },
    owes: "recover",
    law: "a call whose reply was lost was carried out, and its caller does not know",
    prepare,
    inject: (levers, fault) => trap(levers, fault, LOST_REPLY, "reply", { kind: "lose" }),
  },
  {
    kind: "rpc.delay",
    sentence: "A request, or a reply, arrives late, and all that is behind it on its connection.",
    target: "link-or-role",
    lasts: "for-a-while",
    params: {
      method: { type: "word", oneOf: rpcMethods, otherwise: DELAYED },
      part: { type: "word", oneOf: ["request", "reply"], otherwise: "request" },
      byUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 500_000 },
      times: { type: "integer", min: 1, max: 1_000, otherwise: 1 },
    },
    owes: "recover",
    law: "a delayed message is late, and so is what is behind it",
    prepare,
    inject: (levers, fault) =>
      trap(levers, fault, DELAYED, fault.params?.["part"] === "reply" ? "reply" : "request", {
        kind: "delay",
        byUs: numberOf(fault, "byUs", 500_000),
      }),
  },
];

/** A connection must be read from its first byte. */
function prepare({ site }: Levers): void {
  void site.network.gate;
}

/** `tm0>jm0` names the caller and the called; `tm0` alone either of them. */
function trap(
  levers: Levers,
  fault: Fault,
  otherwise: string,
  part: "request" | "reply",
  does: FrameTrap["does"],
): Injected {
  const effect = noNetEffect();
  const read = watched(effect);
  const [one, other] = fault.target.split(">").map(role => roleOf(levers.layout, role)!);
  const method = String(fault.params?.["method"] ?? otherwise);
  const concerns = (caller: string, called: string) =>
    other === undefined ? caller === one || called === one : caller === one && called === other;
  const cure = levers.site.network.gate.set({
    left: numberOf(fault, "times", 1),
    does,
    effect,
    catches(frame, from, to) {
      if (frame.method !== method || (frame.type === "request") !== (part === "request")) return false;
      return part === "request" ? concerns(from, to) : concerns(to, from);
    },
  });
  return { cure, effect: read };
}
