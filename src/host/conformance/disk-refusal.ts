import { equal, ok, rejects } from "node:assert/strict";
import { DiskError, type DiskErrorCode } from "../disk.ts";

/** The call fails with that code, as the error that the port promises. */
export async function fails(code: DiskErrorCode, call: Promise<unknown>): Promise<void> {
  await rejects(call, (error: unknown) => {
    ok(error instanceof DiskError, `${String(error)} is no DiskError`);
    equal(error.code, code);
    return true;
  });
}
