import type { FreeDesign } from "#shared/drm/designs";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { dropCaches } from "./broken-walks.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  fixed,
  makeObject,
  makePurgeable,
  neighbourWorld,
  SMALL_WORLD,
} from "./world.ts";

type N3Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ design: freed, fixed: repaired }: { design: FreeDesign; fixed: "false" | "true" }): Cell {
  if (freed === "list-lock")
    return cell("this walker takes no reference of either sort, and may have X's lock at zero", "contention");
  if (repaired === "true") return cell("get-unless-zero gets nothing from an object that is being freed");
  return cell(
    "the walker takes a reference to an object that is being freed and still on the list",
    "memory",
  );
}

const definition: Scenario<N3Params> = scenario({
  name: "neighbour/n3-plain-get",
  claim: "a walker may take a plain reference to what it finds on the list",
  source: "the neighbour of drm_gem_lru_scan(): kref_get() where it has kref_get_unless_zero()",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const mutant = params.fixed === "true" ? "none" : "shrinker-plain-get";
    const root = yield* neighbourWorld(heap, { design: params.design, mutant });
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    return root;
  },
  tasks: () => [
    { name: "close", run: close },
    {
      name: "walk",
      *run(root) {
        yield* dropCaches(deviceOfWorld(root));
      },
    },
  ],
  check: checkFreed,
});

export default definition;
