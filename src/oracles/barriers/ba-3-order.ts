import { decodeBarrier } from "../../runtime/wire/buffer.ts";
import { bufferKindOf, dataMethods, decodeChannelRequest } from "../../runtime/wire/channel-message.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { DataChannels } from "../evidence/data-channels.ts";
import type { Oracle, OracleFold, Violation } from "../oracle.ts";

/**
 * BA-3: Barriers leave a task in increasing order on every output. And what ends, ends: no record follows the end of a
 * channel's data, nothing follows the end of the channel.
 *
 * Reads: the buffers that workers were handed, channel by channel, in the order in which they were sent.
 *
 * Left out — that records emitted before a snapshot precede its barrier: ST-7 and SO-4 see what is missing. Channels
 * within one worker: no device sees them.
 */
export const barriersInOrder: Oracle = {
  id: "BA-3",
  sentence: "Barriers come in increasing order on each channel, and no record comes behind the end of its data.",
  expectation: "always",
  wants: { frames: [dataMethods.request, ...Object.values(dataMethods.buffers)] },
  begin: () => new Order(),
};

interface Channel {
  readonly producer: string;
  readonly consumer: string;
  barrier: number;
  ended: "not yet" | "its data" | "the channel";
}

class Order implements OracleFold {
  checked = 0;
  readonly #channels = new DataChannels<Channel>();

  on(observation: Observation): Violation | undefined {
    return observation.kind === "frame" ? this.#frame(observation) : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame(observation: FrameObservation): Violation | undefined {
    const { frame } = observation;
    if (frame.method === dataMethods.request) {
      const { producer, consumer } = decodeChannelRequest(frame.body() as Uint8Array);
      this.#channels.open(observation, { producer, consumer, barrier: 0, ended: "not yet" });
      return undefined;
    }
    const channel = this.#channels.of(observation);
    if (channel === undefined) return undefined;
    this.checked++;
    const kind = bufferKindOf(frame.method);
    if (channel.ended === "the channel" || (channel.ended === "its data" && kind === "records"))
      return broken(channel, `${kind === "records" ? "records" : `a ${kind}`} behind the end of ${channel.ended}`);
    if (kind === "end-of-data") channel.ended = "its data";
    else if (kind === "end-of-channel") channel.ended = "the channel";
    else if (kind === "barrier") {
      const { checkpoint } = decodeBarrier(frame.body() as Uint8Array);
      if (checkpoint <= channel.barrier)
        return broken(channel, `the barrier of checkpoint ${checkpoint} behind that of checkpoint ${channel.barrier}`);
      channel.barrier = checkpoint;
    }
    return undefined;
  }
}

function broken({ producer, consumer }: Channel, what: string): Violation {
  const where = producer.slice(0, producer.indexOf("["));
  return { claim: "BA-3", where, message: `${producer} sent ${consumer} ${what}` };
}
