import { explored } from "../explored.mjs";
import { relacy, relacyNote } from "../peers/relacy.mjs";
import { checkModel } from "../peers/spin.mjs";
import { number, seconds, table } from "../table.mjs";
import { programs } from "./explore-programs.mjs";

const SPIN_COLUMNS = [
  ["SPIN, reduced: states / transitions / s", true],
  ["SPIN, not reduced", false],
];

/** Every program through refzero and, unless `withSpin` is false, through SPIN with and without its reduction. */
export async function verdictsTable({ quick, withSpin, limit }) {
  const spinColumns = withSpin ? SPIN_COLUMNS.slice(0, quick ? 1 : 2) : [];
  const columns = ["program", "refzero", "executions", "steps", "search s", "process s", ""];
  const rows = [];
  for (const program of programs.filter((each) => !quick || each.quick)) {
    rows.push([
      program.name,
      ...(await refzeroCells(program, limit)),
      ...(await spinCells(program, spinColumns, limit)),
      relacy[program.name] ?? "",
    ]);
  }
  return table([...columns, ...spinColumns.map(([head]) => head), relacyNote], rows);
}

async function refzeroCells({ scenario, params, finishes, mark }, limit) {
  // The shortest witness is worth its time, but no peer looks for one.
  const flags = ["--shrink", "0", ...(finishes ? [] : ["--seconds", String(limit)])];
  const run = await explored(scenario, params, flags);
  const unfinished = run.verdict !== "violated" && !run.exhaustive;
  return [
    unfinished ? `none in ${limit} s` : run.verdict,
    number0(run.executions),
    number0(run.steps),
    seconds(run.seconds),
    seconds(run.process),
    mark === undefined ? "" : `${run.process <= mark ? "ok" : "MISSED"} (process at most ${mark} s)`,
  ];
}

async function spinCells({ model, defines }, columns, limit) {
  const cells = [];
  for (const [, por] of columns) {
    if (model === undefined) cells.push("");
    else cells.push(spinCell(await checkModel(model, { defines, por, seconds: limit }), limit));
  }
  return cells;
}

function spinCell({ verdict, states, transitions, seconds: wall }, limit) {
  const said = verdict === "none" ? `none in ${limit} s` : verdict;
  return `${said}: ${number0(states)} / ${number0(transitions)} / ${seconds(wall)}`;
}

const number0 = (count) => (count < 1000 ? String(count) : number(count));
