import type { Host } from "../../host/host.ts";
import { startRpcServer, type RpcCall, type RpcHandler, type RpcHandlers } from "../../rpc/rpc-server.ts";
import type { StartServer } from "../../services/file-store/storage-node.ts";
import { ListingHistory } from "./listing-history.ts";

/**
 * What goes wrong in a storage node that lives on: it stands between the node's handlers and its server, so that each
 * request may meet a strike first. It owns which request meets which; what a strike does is store-faults.ts's. The node
 * is not aware of any of it.
 *
 * What only nodes ask of one another is left alone: these are faults of the service towards its users.
 */
export class StorageFaults {
  readonly #armed: { readonly role: string; readonly strike: StoreStrike }[] = [];
  readonly #histories = new Map<string, ListingHistory>();
  readonly #nowUs: () => number;
  #watching = false;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /** From the start of a run in which a listing is to be stale: what each node held when. */
  watch(): void {
    this.#watching = true;
  }

  /** Every request of the node's users meets the strike until the returned cure. */
  arm(role: string, strike: StoreStrike): () => void {
    const armed = { role, strike };
    this.#armed.push(armed);
    return () => {
      const index = this.#armed.indexOf(armed);
      if (index >= 0) this.#armed.splice(index, 1);
    };
  }

  history(role: string): ListingHistory {
    let history = this.#histories.get(role);
    if (history === undefined) this.#histories.set(role, (history = new ListingHistory()));
    return history;
  }

  /** How a node of that role serves. */
  server(role: string): StartServer {
    return (host, address, handlers) => startRpcServer(host, address, this.#woven(role, host, handlers));
  }

  #woven(role: string, host: Host, handlers: RpcHandlers): RpcHandlers {
    const woven = Object.entries(handlers).map(([method, handler]): [string, RpcHandler] => [
      method,
      (request, call) => this.#handle({ role, method, host, request, call }, handler),
    ]);
    return Object.fromEntries(woven);
  }

  #handle(met: MetRequest & { readonly role: string }, handler: RpcHandler): unknown {
    const { role, method, request, call } = met;
    let act = (): unknown => handler(request, call);
    if (method === "store.inventory" || method === "store.settle") return act();
    if (this.#watching && (method === "store.put" || method === "store.remove")) act = this.#noted(met, act);
    for (const { strike } of this.#armed.filter(armed => armed.role === role)) {
      const inner = act;
      act = () => strike(met, inner);
    }
    return act();
  }

  #noted(
    { role, method, request }: MetRequest & { readonly role: string },
    act: () => unknown,
  ): () => Promise<unknown> {
    return async () => {
      const reply = await act();
      const history = this.history(role);
      const { path, paths } = request as { readonly path?: string; readonly paths?: readonly string[] };
      if (method === "store.put") history.put(String(path), this.#nowUs());
      else for (const one of paths ?? []) history.removed(String(one), this.#nowUs());
      return reply;
    };
  }
}

/** A request on its way to a handler. */
export interface MetRequest {
  readonly method: string;
  readonly host: Host;
  readonly request: unknown;
  readonly call: RpcCall;
}

/** Stands in the place of `act`, the handler or the next strike, and may call it. What it returns or throws is the answer. */
export type StoreStrike = (met: MetRequest, act: () => unknown) => unknown;
