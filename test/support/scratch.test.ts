import { afterAll, expect, test } from "vitest";
import exclusion, { type Way } from "./programs/exclusion.ts";
import { ThreadTeam } from "./threads.ts";
const ways: Way[] = ["raw-spin","spinlock","spin-trylock","mutex","mutex-interruptible","mutex-trylock","rwsem-write","rwsem-write-trylock","rwsem-downgrade","ww-alone","ww-interruptible","ww-context","ww-trylock","ww-mixed"];
const team = new ThreadTeam();
afterAll(() => team.close());
test.each(ways)("%s", async (way) => {
  const t=performance.now();
  const o = await team.run(exclusion, { tasks: 4, rounds: 5000, way, algorithm: "wait-die" });
  const t2=performance.now();
  const o2 = await team.run(exclusion, { tasks: 4, rounds: 5000, way, algorithm: "wait-die" }, {spinLimit:100});
  console.log(way, t2-t, performance.now()-t2);
  expect(o.report).toBe(""); 
  expect(o2.report).toBe(""); 
});
