import { noNetEffect } from "../../sim/net/net-effect.ts";
import type { FrameTrap } from "../../sim/net/frame-gate.ts";
import { numberOf, type Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import type { FaultDevice, Injected, Levers, ParamRule } from "./fault-device.ts";
import { answeredMethods, rpcMethods } from "./rpc-methods.ts";
import { watched } from "./network-faults.ts";

/** What is met where a plan names no method: the message of that part whose loss hurts most. */
const usual = { request: "checkpoint.acknowledge", reply: "coord.compare-and-set" } as const;
const DELAYED = "checkpoint.acknowledge";
const times: ParamRule = { type: "integer", min: 1, max: 1_000, otherwise: 1 };

/**
 * Faults of single messages, by kind and by role. They are made of resets and holds, as in life: a lost request is a
 * connection that broke before it was read, a lost reply one that broke behind it, and the caller cannot tell them apart.
 */
export const rpcFaults: readonly FaultDevice[] = [
  losing("request", {
    kind: "rpc.lose-request",
    sentence:
      "The connection is reset just before a request is delivered: the call did not happen, and the caller cannot know.",
    law: "a lost request was never carried out, and its caller does not know",
  }),
  losing("reply", {
    kind: "rpc.lose-reply",
    sentence:
      "The connection is reset just before a reply is delivered: the call did happen, and the caller cannot know.",
    law: "a call whose reply was lost was carried out, and its caller does not know",
  }),
  {
    kind: "rpc.delay",
    sentence: "A request, or a reply, arrives late, and all that is behind it on its connection.",
    target: "link-or-role",
    lasts: "for-a-while",
    params: {
      method: { type: "method", oneOf: rpcMethods, otherwise: DELAYED },
      part: { type: "word", oneOf: ["request", "reply"], otherwise: "request" },
      byUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 500_000 },
      times,
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

/** Both losses are one device: which of the two messages of a call meets the reset is all that differs. */
function losing(
  part: "request" | "reply",
  about: Pick<FaultDevice, "sentence" | "law"> & { readonly kind: "rpc.lose-request" | "rpc.lose-reply" },
): FaultDevice {
  return {
    ...about,
    target: "link-or-role",
    lasts: "for-a-while",
    params: {
      method: { type: "method", oneOf: part === "request" ? rpcMethods : answeredMethods, otherwise: usual[part] },
      times,
    },
    owes: "recover",
    prepare,
    inject: (levers, fault) => trap(levers, fault, usual[part], part, { kind: "lose" }),
  };
}

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
      if ((method !== "*" && frame.method !== method) || (frame.type === "request") !== (part === "request"))
        return false;
      return part === "request" ? concerns(from, to) : concerns(to, from);
    },
  });
  return { cure, effect: read };
}
