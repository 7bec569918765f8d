import { checkRange } from "../../host/disk-arguments.ts";
import { DiskError, type DiskFile, type FileStat } from "../../host/disk.ts";
import type { Incarnation } from "../../kernel/process.ts";
import type { CallQueue, DiskCall, WriteCall } from "./call-queue.ts";
import type { DiskActions } from "./disk-actions.ts";
import { callKinds, type DiskOperation } from "./disk-operation.ts";
import type { OpenFile } from "./open-file.ts";

/**
 * A descriptor as a process calls it. It owns the form of its calls and their end: `close` waits for the calls made
 * before it, and those made after it fail with EBADF.
 */
export class OpenFilePort implements DiskFile {
  readonly #incarnation: Incarnation;
  readonly #actions: DiskActions;
  readonly #queue: CallQueue;
  readonly #path: string;
  readonly #file: OpenFile;
  readonly #closed: () => void;
  #unfinished = 0;
  #closing = false;
  #heldClose: DiskCall | undefined;

  constructor(
    caller: { readonly incarnation: Incarnation; readonly actions: DiskActions; readonly queue: CallQueue },
    opened: { readonly path: string; readonly file: OpenFile; readonly closed: () => void },
  ) {
    this.#incarnation = caller.incarnation;
    this.#actions = caller.actions;
    this.#queue = caller.queue;
    this.#path = opened.path;
    this.#file = opened.file;
    this.#closed = opened.closed;
  }

  read(buffer: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesRead: number }> {
    checkRange(buffer, offset, length, position);
    return this.#call("read", () => ({ bytesRead: this.#file.read(buffer, offset, length, position) }));
  }

  write(bytes: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesWritten: number }> {
    checkRange(bytes, offset, length, position);
    // Taken at the call: what the caller does to its array afterwards is no business of the disk.
    const taken = new Uint8Array(length);
    taken.set(offset === 0 && length === bytes.length ? bytes : bytes.subarray(offset, offset + length));
    const write: WriteCall = {
      bytes: taken,
      growth: () => this.#file.growth(length, position),
      perform: (first, lost) => {
        this.#actions.write(this.#file, first === length ? taken : taken.subarray(0, first), position, lost);
        return { bytesWritten: first };
      },
    };
    // Node answers for an empty array itself, also where the descriptor is not for writing.
    const effect = bytes.length === 0 ? () => ({ bytesWritten: 0 }) : () => write.perform(length, false);
    return this.#call("write", effect, write);
  }

  truncate(length: number): Promise<void> {
    return this.#call("truncate", () => this.#actions.truncate(this.#file, length));
  }

  stat(): Promise<FileStat> {
    return this.#call("stat", () => this.#file.stat());
  }

  sync(): Promise<void> {
    return this.#call("sync", () => this.#actions.sync(this.#file));
  }

  datasync(): Promise<void> {
    return this.sync();
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#incarnation.enter(callKinds.close)) return;
      const first = !this.#closing;
      const call: DiskCall = {
        operation: "close",
        path: this.#path,
        effect: first ? this.#closed : nothing,
        onFile: undefined,
        resolve,
        reject,
      };
      this.#closing = true;
      if (first && this.#unfinished > 0) this.#heldClose = call;
      else this.#queue.add(call);
    });
  }

  #call<T>(operation: DiskOperation, effect: () => T, write?: WriteCall): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.#incarnation.enter(callKinds[operation])) return;
      const finished = (): void => this.#finished();
      const onFile = { file: this.#file, write, finished };
      this.#queue.add({
        operation,
        path: this.#path,
        effect: this.#closing ? refuse : effect,
        onFile,
        resolve,
        reject,
      });
      this.#unfinished++;
    });
  }

  #finished(): void {
    this.#unfinished--;
    if (this.#unfinished > 0 || this.#heldClose === undefined) return;
    this.#queue.add(this.#heldClose);
    this.#heldClose = undefined;
  }
}

function nothing(): void {}

function refuse(): never {
  throw new DiskError("EBADF", "use after close");
}
