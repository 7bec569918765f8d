import { median } from "../../src/bench/rounds.ts";
import { millrace } from "../../src/cli/testing/built-command.ts";
import { documentOf, type ExploreDocument } from "./explore-document.ts";
import { hold, type Proof } from "./proof.ts";

/**
 * Two worker processes on two cores, in the campaign that `explore` plays when it is told nothing: 1,000 cases of all
 * scenarios. Three turns of each, side by side, and the median of their ratios, as in a bench: this machine is not ours
 * alone. (It was 150 cases of one scenario, in which a worker compiles for half of its time.)
 */
export const jobsSpeed: Proof = {
  id: "jobs-speed",
  issue: 3,
  what: "`--jobs 2` plays at least 1.8 times as many cases a second as `--jobs 1`, with the same digest.",
  secondsAbout: 480,
  timed: true,
  async run({ path }) {
    const play = async (jobs: string) => {
      const args = ["explore", "--runs", "1000", "--seed", "a", "--json", "--out", path];
      return documentOf<ExploreDocument>(await millrace([...args, "--jobs", jobs], path));
    };
    const [one, two]: [ExploreDocument[], ExploreDocument[]] = [[], []];
    for (let turn = 0; turn < 3; turn++) {
      one.push(await play("1"));
      two.push(await play("2"));
    }
    const oneMs = one.map(({ wallMs }) => wallMs);
    const twoMs = two.map(({ wallMs }) => wallMs);
    const ratio = median(oneMs.map((ms, turn) => ms / twoMs[turn]!));
    const digests = new Set([...one, ...two].map(({ digest }) => digest));
    const figures = { oneMs, twoMs, ratio: Math.round(ratio * 100) / 100 };
    return hold({ "1.8 times as fast": ratio >= 1.8, "the same digest": digests.size === 1 }, figures);
  },
};

/** The whole journal, its three forms included, and the help that is to be there at once. */
export const recordingCost: Proof = {
  id: "recording-cost",
  issue: 3,
  what: "A recorded run takes at most twice the time of the same run, with the same digest; `--help` takes 250 ms.",
  secondsAbout: 60,
  timed: true,
  async run({ path }) {
    const play = async (...more: string[]) => {
      const args = ["replay", "payments-under-storm", "--seed", "a", "--case", "17", "--json", ...more];
      const times: number[] = [];
      let digest = "";
      for (let i = 0; i < 5; i++) {
        const document = documentOf<{ wallMs: number; digest: string }>(await millrace(args, path));
        times.push(document.wallMs);
        digest = document.digest;
      }
      return { ms: Math.min(...times), digest };
    };
    const plain = await play();
    const recorded = await play("--record");
    const helps: number[] = [];
    for (let i = 0; i < 5; i++) helps.push((await millrace(["--help"], path)).wallMs);
    const help = Math.min(...helps);
    const figures = { plainMs: plain.ms, recordedMs: recorded.ms, helpMs: help };
    return hold(
      {
        "at most twice the time": recorded.ms <= 2 * plain.ms,
        "the same digest": recorded.digest === plain.digest,
        "help in 250 ms": help <= 250,
      },
      figures,
    );
  },
};
