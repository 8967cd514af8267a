// The ceiling in this language: bare generators, stepped in random order, with nothing else about. No memory model, no
// clocks, no record of the schedule, no check.

function* increment(counter, increments) {
  for (let turn = 0; turn < increments; turn++) {
    yield;
    const before = counter.value;
    yield;
    counter.value = before + 1;
  }
}

/** Executions a second of `tasks` tasks that each do `increments` times: read; write what was read plus one. */
export default function measure({ tasks, increments, seconds, seed }) {
  let state = seed | 1;
  const counter = { value: 0 };
  const live = new Array(tasks);
  const tally = { executions: 0, lost: 0, steps: 0 };
  const execution = () => {
    counter.value = 0;
    let left = tasks;
    for (let task = 0; task < tasks; task++) {
      live[task] = increment(counter, increments);
      // Each stands in front of its first access.
      live[task].next();
    }
    while (left > 0) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const at = (state >>> 0) % left;
      tally.steps++;
      if (live[at].next().done === true) live[at] = live[--left];
    }
    tally.executions++;
    if (counter.value !== tasks * increments) tally.lost++;
  };
  for (let warm = 0; warm < 100_000; warm++) execution();
  Object.assign(tally, { executions: 0, lost: 0, steps: 0 });
  const started = performance.now();
  let elapsed = 0;
  for (; elapsed < seconds * 1000; elapsed = performance.now() - started) {
    for (let run = 0; run < 1000; run++) execution();
  }
  return { ...tally, seconds: elapsed / 1000 };
}
