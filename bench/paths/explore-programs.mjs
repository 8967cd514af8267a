/**
 * What refzero and SPIN are both given. `scenario` and `params` are refzero's; `model` and `defines` are the Promela
 * twin's, where there is one. `finishes`: refzero is through within any limit; else it gets the limit that SPIN gets.
 * `mark`: seconds that the whole process may take. `quick`: also part of a quick run.
 */
export const programs = [
  dpor("shrink(0)", "shrink", { bug: 0 }, { defines: { BUG: 0 }, quick: true }),
  dpor("shrink(1)", "shrink", { bug: 1 }, { defines: { BUG: 1 } }),
  dpor("phil(4)", "phil", { n: 4 }, { defines: { N: 4 } }),
  dpor("phil_ord(4)", "phil_ord", { n: 4 }, { model: "phil", defines: { N: 4, ORDERED: 1 } }),
  dpor("lastzero(7)", "lastzero", { n: 7 }, { defines: { N: 7 }, mark: 1 }),
  dpor("filesystem(14)", "filesystem", { n: 14 }, { defines: { N: 14 }, quick: true }),
  dpor("filesystem(18)", "filesystem", { n: 18 }, { model: undefined, mark: 1 }),
  dpor("indexer(11)", "indexer", { n: 11 }, { defines: { N: 11 } }),
  dpor("indexer(13)", "indexer", { n: 13 }, { model: undefined, mark: 1 }),
  freeVsShrinker(2, "none"),
  freeVsShrinker(2, "shrinker-plain-get"),
  freeVsShrinker(3, "none", { finishes: false, quick: true }),
  freeVsShrinker(3, "shrinker-plain-get", { quick: true }),
];

function dpor(name, program, params, more) {
  return { name, scenario: `dpor/${program}`, params, model: program, finishes: true, ...more };
}

function freeVsShrinker(tasks, mutant, more = {}) {
  return {
    name: `free-vs-shrinker, ${tasks} tasks${mutant === "none" ? "" : `, ${mutant}`}`,
    scenario: "shmem/free-vs-shrinker",
    params: { tasks, design: "lock", mutant },
    model: "free-vs-shrinker",
    defines: mutant === "none" ? { TASKS: tasks } : { TASKS: tasks, PLAIN_GET: 1 },
    finishes: true,
    ...more,
  };
}
