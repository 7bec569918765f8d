import { RpcFault } from "../../rpc/rpc-error.ts";
import { BrokerClient, type TransactionName } from "../../services/log-broker/broker-client.ts";
import { integer, record, text, type Check } from "../checkpoint/plain-data.ts";
import type { Committable, CommitOutcome, SinkCommitter, SinkContext } from "../api/sink.ts";
import { isUnanswered, unlessLost } from "./until-known.ts";

/** Commits prepared transactions of the log broker, from any process: the name of the transaction is enough. */
export class LogCommitter implements SinkCommitter {
  readonly #broker: BrokerClient;

  constructor(context: SinkContext, broker: string | undefined) {
    const { host, services } = context;
    this.#broker = new BrokerClient(host, { address: broker ?? services.broker, rpcTimeoutMs: services.rpcTimeoutMs });
  }

  async commit(committable: Committable): Promise<CommitOutcome> {
    try {
      const outcome = await this.#broker.commit(transactionName(committable, "committable"));
      // A newer epoch for the id aborted what was prepared under the older one.
      return outcome === "fenced" ? "aborted" : outcome;
    } catch (error) {
      const cause = unlessLost(error);
      if (isUnanswered(cause) || cause instanceof RpcFault) return "unknown";
      throw cause;
    }
  }

  close(): void {
    this.#broker.close();
  }
}

const transactionName: Check<TransactionName> = record<TransactionName>({
  transactionalId: text,
  producerId: integer,
  epoch: integer,
});
