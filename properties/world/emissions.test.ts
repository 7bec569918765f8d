import { expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import type { CaseRun } from "../../src/explore/case-run.ts";
import type { DiskFile } from "../../src/host/disk.ts";
import type { HostEvent } from "../../src/host/event.ts";
import type { Host } from "../../src/host/host.ts";
import type { Case } from "../../src/world/case.ts";
import type { Fault } from "../../src/world/fault.ts";
import { stormsOver } from "./storms.ts";

/**
 * SI-7: suppressing or renaming any emitted event changes no safety verdict. Plans of these cases fall by the clock and by
 * counted port calls: an event that is not emitted cannot trigger.
 */
const manners: Readonly<Record<string, (event: HostEvent) => HostEvent>> = {
  "all renamed": event => ({ ...event, event: `not.${event.event}` }),
  "checkpoints that say another's id": event => ({ ...event, checkpoint: 1 }),
  "subtasks that say another's name": event => ({ ...event, subtask: "count[0]" }),
  "failures told as successes": event => ({ ...event, event: event.event.replace(/fail|abort/, "complete") }),
};

test("no claim is judged by what a process says of itself: what holds still holds, and is checked as often", async () => {
  const { player, cases } = await stormsOver(wordsUnderStorm, "emissions", 2);
  for (const played of cases.map(byClock)) {
    const plain = await player.play(played);
    expect(violationOf(plain)).toBeUndefined();
    for (const [manner, said] of Object.entries(manners)) {
      const run = await player.play(played, { portOf: host => saying(host, said) });
      expect([manner, violationOf(run), run.claims["SK-1"]]).toEqual([manner, undefined, plain.claims["SK-1"]]);
    }
  }
});

test("what is violated is still violated", async () => {
  const { player, cases } = await stormsOver(wordsUnderStorm, "emissions", 1);
  const plan: Fault[] = [{ kind: "site.power-loss", target: "site", when: { atUs: 1_200_000 }, forUs: 300_000 }];
  const played: Case = { ...cases[0]!, plan };
  const expected = violationOf(await player.play(played, { portOf: lying }));
  expect(expected).toBe("CC-8");
  for (const [manner, said] of Object.entries(manners)) {
    const run = await player.play(played, { portOf: host => saying(lying(host), said) });
    expect([manner, violationOf(run)]).toEqual([manner, expected]);
  }
});

function violationOf({ verdict }: CaseRun): string | undefined {
  return verdict.kind === "passed" || verdict.kind === "vacuous" ? undefined : claimOf(verdict);
}

function claimOf(verdict: CaseRun["verdict"]): string {
  return verdict.kind === "violated" ? verdict.violation.claim : verdict.kind;
}

function byClock(played: Case): Case {
  const plan = played.plan.map((fault, index): Fault =>
    "on" in fault.when ? { ...fault, when: { atUs: 600_000 + 170_000 * index } } : fault,
  );
  return { ...played, plan };
}

function saying(host: Host, said: (event: HostEvent) => HostEvent): Host {
  return { ...portOf(host), emit: event => host.emit(said(event)) };
}

/** A storage node that says that its files are synced, and never syncs them. */
function lying(host: Host): Host {
  if (!host.role.startsWith("dfs")) return host;
  const { disk } = host;
  return {
    ...portOf(host),
    disk: {
      open: async (path, flags) => unsynced(await disk.open(path, flags)),
      mkdir: (path, options) => disk.mkdir(path, options),
      readdir: path => disk.readdir(path),
      stat: path => disk.stat(path),
      rename: (from, to) => disk.rename(from, to),
      unlink: path => disk.unlink(path),
      rmdir: path => disk.rmdir(path),
      rm: (path, options) => disk.rm(path, options),
      syncDirectory: path => disk.syncDirectory(path),
    },
  };
}

function unsynced(file: DiskFile): DiskFile {
  return {
    read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
    write: (bytes, offset, length, position) => file.write(bytes, offset, length, position),
    truncate: length => file.truncate(length),
    stat: () => file.stat(),
    sync: () => Promise.resolve(),
    datasync: () => Promise.resolve(),
    close: () => file.close(),
  };
}

function portOf(host: Host): Host {
  const { role, clock, random, disk, net } = host;
  return {
    role,
    clock,
    random,
    disk,
    net,
    timer: (delayMs, fire) => host.timer(delayMs, fire),
    emit: event => host.emit(event),
    work: costUs => host.work(costUs),
    exit: code => host.exit(code),
  };
}
