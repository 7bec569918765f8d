/**
 * Where a connector finds the cluster's own services, and how patient it is with them. Every source and sink gets it in
 * its context, so that a job names topics and paths and never machines. An option of a connector may overrule it.
 */
export interface ClusterServices {
  /** Address of the log broker: `broker:rpc`. */
  readonly broker: string;
  /** Addresses of the replicated file store's nodes: `dfs0:rpc`. */
  readonly storageNodes: readonly string[];
  /** Copies that the file store keeps of each file. */
  readonly replicas: number;
  readonly rpcTimeoutMs: number;
  /** After this long the broker aborts a transaction that was not prepared. */
  readonly transactionTimeoutMs: number;
}
