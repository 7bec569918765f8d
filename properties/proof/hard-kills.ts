import { fileURLToPath } from "node:url";
import { program } from "../../src/cli/testing/built-command.ts";
import { NotHeld, type Proof } from "./proof.ts";

/** The real host under SIGKILL: the law is a test already (properties/real); the proof runs it and keeps its time. */
export const hardKills: Proof = {
  id: "hard-kills",
  issue: 2,
  what: "A real cluster that is killed at 20 random moments counts every record once, 15 times from a checkpoint with state.",
  secondsAbout: 120,
  async run() {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
    const args = [vitest, "run", "properties/real/sigkill.test.ts", "--reporter=dot"];
    const { code, out, err, wallMs } = await program(process.execPath, args, root);
    if (code !== 0) throw new NotHeld(`the law fails:\n${`${out}${err}`.trim().slice(-1500)}`);
    return { kills: 20, seconds: Math.round(wallMs / 1000) };
  },
};
