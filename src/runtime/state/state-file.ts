import { decode, encode } from "../../rpc/codec.ts";
import { crc32c } from "../../rpc/crc32c.ts";
import type { Key } from "../api/key.ts";

/**
 * The file in which one subtask's keyed state lies on checkpoint storage: a section per operator and key group, so that a
 * rescale reads only the groups it wants, and each section says whose it is, so that the file can be read alone.
 *
 *     "MRST" u8 version | sections | u32 CRC32C of all before
 *     section: u8 length, uid | u16 key group | u32 length | encoded [[state, [key, value, …]], …]
 */
export class StateFileWriter {
  readonly #sections: Uint8Array[] = [];
  #length = HEADER.length;

  /** Adds a section; gives where its entries lie in the file. */
  section(
    uid: string,
    group: number,
    tables: readonly StateSection[],
  ): { readonly offset: number; readonly length: number } {
    const name = utf8.encode(uid);
    if (name.length > 0xff)
      throw new RangeError(`The uid "${uid}" takes ${name.length} bytes; at most 255 are carried.`);
    const entries = encode(tables.map(table => [table.state, table.entries]));
    const head = new Uint8Array(1 + name.length + 2 + 4);
    const view = new DataView(head.buffer);
    head[0] = name.length;
    head.set(name, 1);
    view.setUint16(1 + name.length, group);
    view.setUint32(3 + name.length, entries.length);
    this.#sections.push(head, entries);
    const offset = this.#length + head.length;
    this.#length = offset + entries.length;
    return { offset, length: entries.length };
  }

  /** The whole file; undefined when no section was added. */
  finish(): Uint8Array | undefined {
    if (this.#sections.length === 0) return undefined;
    const file = new Uint8Array(this.#length + 4);
    file.set(HEADER);
    let at = HEADER.length;
    for (const part of this.#sections) {
      file.set(part, at);
      at += part.length;
    }
    new DataView(file.buffer).setUint32(at, crc32c(file.subarray(0, at)));
    return file;
  }
}

/** The entries of one state in one key group: key, value, key, value, … */
export interface StateSection {
  readonly state: string;
  readonly entries: readonly unknown[];
}

/** Verifies header and checksum; throws a {@link StateFileError} when they do not hold. */
export function verifyStateFile(file: Uint8Array): void {
  if (file.length < HEADER.length + 4) throw new StateFileError("it is cut short");
  for (let i = 0; i < HEADER.length; i++) {
    if (file[i] !== HEADER[i])
      throw new StateFileError(i < 4 ? "it is no state file" : `its format is version ${file[i]}; ${VERSION} is read`);
  }
  const end = file.length - 4;
  if (viewOf(file).getUint32(end) !== crc32c(file.subarray(0, end)))
    throw new StateFileError("its checksum does not hold");
}

/** Reads the entries of one section of a verified file. */
export function readSection(file: Uint8Array, offset: number, length: number): readonly StateSection[] {
  if (offset < HEADER.length || offset + length > file.length - 4)
    throw new StateFileError("a section lies outside of it");
  const tables = decode(file.subarray(offset, offset + length));
  if (!Array.isArray(tables)) throw new StateFileError("a section is malformed");
  return tables.map((table: unknown) => {
    const [state, entries] = Array.isArray(table) ? (table as unknown[]) : [];
    if (typeof state !== "string" || !Array.isArray(entries) || entries.length % 2 !== 0)
      throw new StateFileError("a section is malformed");
    return { state, entries };
  });
}

/** All sections of a verified file, in its order. */
export function* sectionsOf(
  file: Uint8Array,
): Generator<{ readonly uid: string; readonly group: number; readonly tables: readonly StateSection[] }> {
  const view = viewOf(file);
  let at = HEADER.length;
  while (at < file.length - 4) {
    const nameEnd = at + 1 + file[at]!;
    if (nameEnd + 6 > file.length - 4) throw new StateFileError("a section lies outside of it");
    const length = view.getUint32(nameEnd + 2);
    yield {
      uid: fromUtf8.decode(file.subarray(at + 1, nameEnd)),
      group: view.getUint16(nameEnd),
      tables: readSection(file, nameEnd + 6, length),
    };
    at = nameEnd + 6 + length;
  }
}

export class StateFileError extends Error {
  override readonly name = "StateFileError";
  constructor(because: string) {
    super(`A state file cannot be read: ${because}.`);
  }
}

/** Keys come from the codec as what they were; tuples as arrays. */
export function asKey(key: unknown): Key {
  return key as Key;
}

const VERSION = 1;
const HEADER = Uint8Array.of(0x4d, 0x52, 0x53, 0x54, VERSION);
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}
