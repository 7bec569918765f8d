import { acknowledgeCheckpoint } from "../../runtime/cluster/messages.ts";
import { decodeBarrier } from "../../runtime/wire/buffer.ts";
import { dataMethods, decodeChannelRequest, decodeCredits } from "../../runtime/wire/channel-message.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { BarriersHanded, framesOfBarriers, type DeployedTask, type TaskChannel } from "../evidence/barriers-handed.ts";
import { DataChannels } from "../evidence/data-channels.ts";
import type { Oracle, OracleFold, Violation } from "../oracle.ts";

/**
 * BA-2: Aligned exactly-once: no record from behind barrier n is processed before every live input delivered barrier n.
 * With BA-1's first half: nor is the snapshot taken before.
 *
 * Reads: barriers and ends of channels that workers were handed, acknowledgements, and credit. A subtask gives a buffer's
 * credit back when it has processed it: more credit than there were buffers before a barrier says that it went on behind
 * it. That it may when the checkpoint was aborted, or a later one's barrier came.
 *
 * Left out — records that were processed and whose credit has not come back: ST-7 sees them in the state. What of two
 * subtasks in one worker passes no device: of such a producer only what it cannot have sent yet is held against anybody.
 */
export const aligned: Oracle = {
  id: "BA-2",
  sentence:
    "No subtask goes on behind a barrier, or takes its snapshot, before it has the barrier on every live input.",
  expectation: "always",
  wants: {
    frames: [
      ...framesOfBarriers,
      dataMethods.request,
      dataMethods.credit,
      dataMethods.buffers.records,
      dataMethods.buffers.barrier,
      dataMethods.buffers["end-of-channel"],
    ],
  },
  begin: () => new Alignment(),
};

/** One channel between two workers. */
interface Channel {
  readonly consumer: string;
  readonly producer: string;
  readonly task: DeployedTask;
  readonly input: TaskChannel;
  /** Buffers of records that the consumer's worker was handed. */
  received: number;
  /** Of these, as many as the producer was told that they are processed. */
  processed: number;
  /** Barriers that were handed over and behind which nothing is known to be processed. */
  barriers: { readonly checkpoint: number; readonly behind: number }[];
}

class Alignment implements OracleFold {
  checked = 0;
  readonly #barriers = new BarriersHanded();
  /** Of the attempt that was deployed last. */
  readonly #channels = new DataChannels<Channel>();

  on(observation: Observation): Violation | undefined {
    return observation.kind === "frame" ? this.#frame(observation) : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame(observation: FrameObservation): Violation | undefined {
    const { frame } = observation;
    switch (frame.method) {
      case dataMethods.buffers.records: {
        const channel = this.#channels.of(observation);
        if (channel !== undefined) channel.received++;
        return undefined;
      }
      case dataMethods.request:
        return this.#open(observation);
      case dataMethods.credit:
      case dataMethods.buffers.barrier:
      case dataMethods.buffers["end-of-channel"]: {
        const channel = this.#channels.of(observation);
        if (channel === undefined || this.#barriers.task(channel.consumer) !== channel.task) return undefined;
        const body = frame.body() as Uint8Array;
        if (frame.method === dataMethods.credit) return this.#processed(channel, decodeCredits(body));
        if (frame.method === dataMethods.buffers.barrier) return this.#barrier(channel, decodeBarrier(body).checkpoint);
        channel.input.ended = true;
        return undefined;
      }
      case "checkpoint.acknowledge": {
        // It is asked before the record takes the acknowledgement for news.
        const violation = this.#acknowledged(observation);
        this.#barriers.see(observation);
        return violation;
      }
      default:
        this.#barriers.see(observation);
        return undefined;
    }
  }

  #open(observation: FrameObservation): undefined {
    const { edge, consumer, producer } = decodeChannelRequest(observation.frame.body() as Uint8Array);
    const task = this.#barriers.task(consumer);
    const input = task?.inputs.find(one => one.edge === edge && one.producer === producer);
    if (task === undefined || input === undefined) return;
    this.#channels.forget(other => this.#barriers.task(other.consumer) !== other.task);
    this.#channels.open(observation, { consumer, producer, task, input, received: 0, processed: 0, barriers: [] });
  }

  #barrier(channel: Channel, checkpoint: number): Violation | undefined {
    channel.input.barrier = Math.max(channel.input.barrier, checkpoint);
    channel.barriers.push({ checkpoint, behind: channel.received });
    this.checked++;
    const sender = this.#barriers.task(channel.producer);
    if (sender === undefined || this.#barriers.maySend(channel.producer, checkpoint)) return undefined;
    const lacking = this.#barriers.lacking(sender, checkpoint);
    const before = lacking === undefined ? "its trigger" : `that of ${lacking.producer}`;
    return broken(sender, `${channel.producer} sent the barrier of checkpoint ${checkpoint} before it had ${before}`);
  }

  #processed(channel: Channel, credits: number): Violation | undefined {
    channel.processed += credits;
    const { task, consumer, producer } = channel;
    for (let first = channel.barriers[0]; first !== undefined; first = channel.barriers[0]) {
      const { checkpoint, behind } = first;
      if (channel.processed <= behind) return undefined;
      channel.barriers.shift();
      this.checked++;
      const lacking = this.#barriers.lacking(task, checkpoint);
      if (lacking === undefined || this.#barriers.wasAborted(task, checkpoint)) continue;
      if (this.#barriers.mayKnowLater(task, checkpoint)) continue;
      return broken(
        task,
        `${consumer} processed what ${producer} sent behind the barrier of checkpoint ${checkpoint}, and had none of ${lacking.producer} yet`,
      );
    }
    return undefined;
  }

  #acknowledged({ frame }: FrameObservation): Violation | undefined {
    const { execution, checkpoint } = acknowledgeCheckpoint(frame.body(), frame.method);
    const task = this.#barriers.task(execution);
    if (task === undefined) return undefined;
    this.checked++;
    const lacking = this.#barriers.lacking(task, checkpoint);
    if (lacking === undefined) return undefined;
    return broken(
      task,
      `${execution} took its snapshot for checkpoint ${checkpoint} and had no barrier of ${lacking.producer} yet`,
    );
  }
}

function broken({ vertex }: DeployedTask, message: string): Violation {
  return { claim: "BA-2", where: vertex, message };
}
