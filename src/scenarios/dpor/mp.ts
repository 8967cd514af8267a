import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { program } from "./words.ts";

type MpParams = Record<never, never>;

const definition: Scenario<MpParams> = program({
  name: "mp",
  about: "message passing: write data, write flag; read flag, read data",
  params: {},
  words: () => 2,
  tasks: () => 2,
  *body(base, _params, task) {
    if (task === 0) {
      yield* store(base, 1);
      yield* store(base + 1, 1);
    } else {
      yield* load(base + 1);
      yield* load(base);
    }
  },
});

export default definition;
