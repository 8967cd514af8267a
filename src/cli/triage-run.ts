import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TriageFile } from "../record/triage-record.ts";
import { UsageError } from "../record/usage-error.ts";
import { witnessTextOf } from "../report/explore-text.ts";
import { triageText } from "../report/triage-text.ts";
import type { Assumption } from "../triage/assumptions.ts";
import { gravest } from "../triage/judge.ts";
import { type Triaged, triage } from "../triage/triage.ts";
import { outputStyle, print } from "./output.ts";
import type { TriageFlags } from "./triage.ts";
import { refuseUnreadable } from "./unreadable.ts";
import { type PendingFile, pendingFile } from "./write-file.ts";

/** Bytes read at once. */
const CHUNK = 1024 * 1024;
/** Columns of a witness that a program reads. */
const COLUMNS = 120;

/** What `refzero triage` does; resolves to the exit status. */
export async function runTriage(named: readonly string[], flags: TriageFlags): Promise<number> {
  const files = named.flatMap(filesOf);
  const outputs = openOutputs(flags, files);
  try {
    // Nothing is printed before every file was read to its end.
    const done: Triaged[] = [];
    for (const file of files) done.push(await triageFile(file, flags.assume ?? []));
    writeOutputs(outputs, done);
    const style = outputStyle(flags.color);
    const plain = { color: false, unicode: true, columns: COLUMNS };
    const shown = done.map((one) =>
      withWitnesses(one, (record) => witnessTextOf(record, flags.json === true ? plain : style)),
    );
    if (flags.json === true) print(`${JSON.stringify(shown)}\n`);
    else
      print(
        shown
          .map((file) =>
            triageText(file, style, { quiet: flags.quiet === true, facts: flags.facts === true }),
          )
          .join("\n"),
      );
    const verdict = gravest(shown.flatMap(({ reports }) => reports.map((report) => report.verdict)));
    return verdict === "real" ? 1 : verdict === "unknown" ? 3 : 0;
  } finally {
    for (const output of Object.values(outputs)) output?.discard();
  }
}

/** The interleaving of each report that is real, as text. */
function withWitnesses(
  { file, explored }: Triaged,
  text: (record: NonNullable<Triaged["explored"][number]>) => string,
): TriageFile {
  for (const [index, report] of file.reports.entries()) {
    const record = explored[index];
    const [violation] = record?.violations ?? [];
    if (record !== undefined && violation !== undefined && report.verdict === "real")
      report.witness = {
        steps: violation.steps,
        preemptions: violation.preemptions,
        text: text(record),
      };
  }
  return file;
}

interface Outputs {
  readonly trace: PendingFile | undefined;
  readonly scenario: PendingFile | undefined;
}

function openOutputs(flags: TriageFlags, files: readonly string[]): Outputs {
  for (const [option, file] of [
    ["--trace", flags.trace],
    ["--scenario", flags.scenario],
  ] as const)
    if (file !== undefined && files.length !== 1)
      throw new UsageError("UNSUPPORTED", {
        what: `${option} with ${files.length} logs`,
        allowed: "one log",
      });
  const open = (file: string | undefined): PendingFile | undefined =>
    file === undefined ? undefined : pendingFile(file);
  return { trace: open(flags.trace), scenario: open(flags.scenario) };
}

function writeOutputs({ trace, scenario }: Outputs, [first]: readonly Triaged[]): void {
  if (first === undefined) return;
  trace?.write(first.trace());
  if (scenario === undefined) return;
  const text = first.scenario();
  if (text === undefined)
    throw new UsageError("BAD_FILE", {
      file: first.file.file,
      reason: "it has no report with a whole cycle of locks, so there is nothing to schedule",
    });
  scenario.write(text);
}

/** The file itself, or the files of a folder. @throws UsageError NO_SUCH_FILE */
function filesOf(named: string): string[] {
  if (named === "-") return [named];
  try {
    if (!statSync(named).isDirectory()) return [named];
    return readdirSync(named, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => join(named, name))
      .sort();
  } catch (error) {
    return refuseUnreadable(named, error);
  }
}

async function triageFile(file: string, assumed: readonly Assumption[]): Promise<Triaged> {
  try {
    const chunks = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
    return await triage(file, chunks as AsyncIterable<Uint8Array>, assumed);
  } catch (error) {
    return refuseUnreadable(file, error);
  }
}
