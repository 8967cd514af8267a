import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { lockPaths } from "#scenarios/paths/index";
import { type BenchOptions, bench } from "../bench/bench.ts";
import { compareRecords } from "../bench/compare.ts";
import { conformance, foreignSubject, ownSubject } from "../bench/conformance.ts";
import { loadForeign } from "../bench/foreign.ts";
import { benchPeers } from "../bench/peer-run.ts";
import { rowsOf, usualTables } from "../bench/plan.ts";
import { Hung } from "../bench/team.ts";
import type { BenchRecord } from "../record/bench-record.ts";
import { parseBenchRecord } from "../record/bench-schema.ts";
import { commandLine, paramWords } from "../record/command-line.ts";
import { UsageError } from "../record/usage-error.ts";
import { benchCompareText } from "../report/bench-compare-text.ts";
import { benchText } from "../report/bench-text.ts";
import { conformanceText } from "../report/conformance-text.ts";
import type { BenchFlags } from "./bench.ts";
import { interruptSignal } from "./interrupt.ts";
import { outputStyle, Progress, print } from "./output.ts";
import { refuseUnreadable } from "./unreadable.ts";
import { pendingFile } from "./write-file.ts";

/** Seconds of a lock's statistics that fit 32 bits of ten nanoseconds. */
const LONGEST_LOCK_STAT = 30;
const INTERRUPTED = 130;

/** What `refzero bench` does; resolves to the exit status. */
export async function runBench(words: readonly string[], flags: BenchFlags): Promise<number> {
  if (flags.list === true) return list(flags);
  if (words[0] === "compare") return compare(words.slice(1), flags);
  if (flags.conformance !== undefined) return await check(flags.conformance, flags);
  return await measured(words, flags);
}

function list(flags: BenchFlags): number {
  const paths = lockPaths.map(({ definition: { name, about, params, vary } }) => ({
    name,
    about,
    params,
    vary: vary ?? null,
  }));
  if (flags.json === true) print(`${JSON.stringify(paths)}\n`);
  else
    for (const { name, about, params } of paths) {
      print(`${name}\n  ${about}\n`);
      for (const [key, param] of Object.entries(params)) {
        const allowed = param.type === "choice" ? param.values.join("|") : `${param.min}..${param.max}`;
        print(`  -p ${key}=${allowed}  (${param.default}) ${param.about}\n`);
      }
    }
  return 0;
}

async function measured(words: readonly string[], flags: BenchFlags): Promise<number> {
  const target = flags.record ?? (flags.save === undefined ? undefined : savedAs(flags.save));
  if (flags.lockStat === true && flags.rounds * flags.seconds > LONGEST_LOCK_STAT)
    throw new UsageError("UNSUPPORTED", {
      what: `--lock-stat over ${flags.rounds * flags.seconds} s`,
      allowed: `at most ${LONGEST_LOCK_STAT} s in all, --rounds times --seconds`,
    });
  const file = target === undefined ? undefined : pendingFile(target);
  try {
    const record = await withProgress(
      async (options) =>
        flags.peers === true
          ? await peers(words, flags, options)
          : await bench({ ...options, tables: tables(words, flags) }),
      flags,
      words,
    );
    file?.write(`${JSON.stringify(record, null, 2)}\n`);
    if (flags.json === true) print(`${JSON.stringify(record)}\n`);
    else print(benchText(record, outputStyle(flags.color), flags.quiet === true));
    return record.interrupted ? INTERRUPTED : isBroken(record) ? 1 : 0;
  } finally {
    file?.discard();
  }
}

/** A lock that is known to exclude nothing is shown for the contrast; any other that loses an update is broken. */
function isBroken({ results }: BenchRecord): boolean {
  return results.some(
    ({ sum, violations, path }) =>
      violations > 0 || (sum !== null && !sum.right && path !== "peer/async-mutex-a-worker"),
  );
}

async function peers(
  words: readonly string[],
  flags: BenchFlags,
  options: Omit<BenchOptions, "tables">,
): Promise<BenchRecord> {
  if (words.length > 0)
    throw new UsageError("UNSUPPORTED", {
      what: "--peers with paths",
      allowed: "--peers alone, with -p tasks=...",
    });
  const tasks = valuesOf(flags).tasks ?? ["1", "2", "4"];
  // Checks each number as the path's own parameter.
  const rows = rowsOf(["mutex/lock"], { tasks });
  return await benchPeers(
    rows.map(({ params }) => Number(params.tasks)),
    options,
  );
}

function tables(words: readonly string[], flags: BenchFlags): BenchOptions["tables"] {
  const given = valuesOf(flags);
  if (words.length > 0) return [rowsOf(words, given)];
  return usualTables.map((names) => rowsOf(names, given));
}

function valuesOf(flags: BenchFlags): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(flags.param ?? {}).map(([key, text]) => [key, [...new Set(text.split(","))]]),
  );
}

async function withProgress(
  run: (options: Omit<BenchOptions, "tables">) => Promise<BenchRecord>,
  flags: BenchFlags,
  words: readonly string[],
): Promise<BenchRecord> {
  const progress = new Progress();
  const interrupt = interruptSignal();
  try {
    return await run({
      rounds: flags.rounds,
      seconds: flags.seconds,
      seed: flags.seed ?? randomInt(2 ** 32),
      lockStat: flags.lockStat === true,
      recorder: flags.recorder === true,
      signal: interrupt.signal,
      onProgress: (line) => progress.show(line),
      command: repeated(words, flags),
    });
  } catch (error) {
    if (!(error instanceof Hung)) throw error;
    throw new UsageError("UNSUPPORTED", {
      what: `a lock hangs: ${error.message} members did not come back`,
      allowed: "locks that always end; `refzero bench --conformance` finds out how often it does not",
    });
  } finally {
    interrupt.restore();
    progress.end();
  }
}

function repeated(words: readonly string[], flags: BenchFlags): string {
  return commandLine([
    "refzero",
    "bench",
    ...words,
    ...paramWords(flags.param ?? {}),
    ...(flags.peers === true ? ["--peers"] : []),
    "--rounds",
    String(flags.rounds),
    "--seconds",
    String(flags.seconds),
    ...(flags.lockStat === true ? ["--lock-stat"] : []),
    ...(flags.recorder === true ? ["--recorder"] : []),
  ]);
}

const savedAs = (name: string): string => (name.endsWith(".json") ? name : `${name}.json`);

function compare(files: readonly string[], flags: BenchFlags): number {
  const [before, after, ...more] = files;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError("UNSUPPORTED", {
      what: `compare with ${files.length} ${files.length === 1 ? "file" : "files"}`,
      allowed: "refzero bench compare BEFORE.json AFTER.json",
    });
  const comparison = compareRecords(read(before), read(after));
  if (comparison.machines.length > 0 && flags.force !== true)
    throw new UsageError("UNSUPPORTED", {
      what: `${before} and ${after} are of different machines (${comparison.machines.join("; ")})`,
      allowed: "measurements of one machine, or --force",
    });
  if (flags.json === true) print(`${JSON.stringify(comparison)}\n`);
  else print(benchCompareText(comparison, outputStyle(flags.color)));
  return 0;
}

function read(named: string): BenchRecord {
  const file = existsSync(named) ? named : savedAs(named);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return refuseUnreadable(named, error);
  }
  return parseBenchRecord(file, text);
}

async function check(named: string, flags: BenchFlags): Promise<number> {
  const own = lockPaths.some(({ definition }) => definition.name === named);
  if (!own && !existsSync(named))
    throw new UsageError("NO_SUCH_FILE", { file: named, reason: "there is no such file, and no such path" });
  const subject = own ? ownSubject(named) : foreignSubject(await loadForeign(named));
  const progress = new Progress();
  const interrupt = interruptSignal();
  try {
    const record = await conformance(subject, {
      runs: flags.runs,
      signal: interrupt.signal,
      onProgress: (line) => progress.show(line),
    });
    progress.end();
    print(flags.json === true ? `${JSON.stringify(record)}\n` : conformanceText(record));
    if (record.interrupted) return INTERRUPTED;
    return record.verdict === "violated" ? 1 : 0;
  } finally {
    interrupt.restore();
    progress.end();
  }
}
