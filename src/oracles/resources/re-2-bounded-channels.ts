import { dataMethods, decodeChannelRequest, decodeCredits } from "../../runtime/wire/channel-message.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { DataChannels } from "../evidence/data-channels.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * RE-2: Memory per channel stays within its bound at all times.
 *
 * Reads: the channels that workers ask each other for, the credits that go back, the buffers of records that come. A
 * consumer holds at most as many buffers as it has given credit for and not got; so neither may a producer send more,
 * nor a consumer give credit beyond its room.
 *
 * Left out — channels within one worker: no device sees them.
 */
export const boundedChannels: Oracle = {
  id: "RE-2",
  sentence:
    "No channel carries more buffers than its consumer gave credit for, and no consumer gives more than it has room for.",
  expectation: "always",
  wants: { frames: [dataMethods.request, dataMethods.credit, dataMethods.buffers.records] },
  begin: setting => new Bounds(setting),
};

interface Channel {
  readonly consumer: string;
  readonly producer: string;
  /** Buffers that the producer was told that it may send. */
  granted: number;
  /** Buffers that the consumer was handed. */
  received: number;
}

class Bounds implements OracleFold {
  checked = 0;
  readonly #room: number;
  readonly #channels = new DataChannels<Channel>();

  constructor(setting: Setting) {
    this.#room = setting.knobs["creditsPerChannel"] ?? Infinity;
  }

  on(observation: Observation): Violation | undefined {
    return observation.kind === "frame" ? this.#frame(observation) : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame(observation: FrameObservation): Violation | undefined {
    const { frame } = observation;
    if (frame.method === dataMethods.request) {
      const { consumer, producer, credits } = decodeChannelRequest(frame.body() as Uint8Array);
      const channel = { consumer, producer, granted: credits, received: 0 };
      this.#channels.open(observation, channel);
      return this.#judge(channel);
    }
    const channel = this.#channels.of(observation);
    if (channel === undefined) return undefined;
    if (frame.method === dataMethods.credit) channel.granted += decodeCredits(frame.body() as Uint8Array);
    else channel.received++;
    return this.#judge(channel);
  }

  #judge({ consumer, producer, granted, received }: Channel): Violation | undefined {
    this.checked++;
    const left = granted - received;
    if (left >= 0 && left <= this.#room) return undefined;
    const where = consumer.slice(0, consumer.indexOf("["));
    return left < 0
      ? broken(where, `${producer} sent ${consumer} ${received} buffers, and had credit for ${granted}`)
      : broken(where, `${consumer} gave ${producer} credit for ${left} buffers, and has room for ${this.#room}`);
  }
}

function broken(where: string, message: string): Violation {
  return { claim: "RE-2", where, message };
}
