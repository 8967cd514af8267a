import { type Addr, add, compareExchange, exchangeWhen, load, type Step, store } from "#shared/atomic/index";
import { report } from "#shared/violation";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type ShrinkParams = { readonly bug: IntParam };

const [LOCK, REF, LRU, FREED] = [0, 1, 2, 3];

function* put(base: Addr): Step<void> {
  if ((yield* add(base + REF, -1)) === 1) yield* store(base + FREED, 1);
}

function* readObject(base: Addr): Step<void> {
  if ((yield* load(base + FREED)) !== 0) report("use-after-free", base + FREED, 1);
}

function* shrinker(base: Addr, { bug }: { readonly bug: number }): Step<void> {
  if (bug === 0) {
    if ((yield* compareExchange(base + LOCK, 0, 1)) !== 0) return;
    const listed = (yield* load(base + LRU)) !== 0;
    if (listed) yield* add(base + REF, 1);
    yield* store(base + LOCK, 0);
    if (!listed) return;
    yield* readObject(base);
  } else {
    if ((yield* load(base + LRU)) === 0) return;
    yield* add(base + REF, 1);
    if ((yield* compareExchange(base + LOCK, 0, 1)) === 0) {
      yield* readObject(base);
      yield* store(base + LOCK, 0);
    }
  }
  yield* put(base);
}

function* driver(base: Addr): Step<void> {
  yield* exchangeWhen(base + LOCK, 0, 1);
  if ((yield* load(base + LRU)) !== 0) yield* readObject(base);
  yield* store(base + LOCK, 0);
}

function* lastPut(base: Addr): Step<void> {
  yield* exchangeWhen(base + LOCK, 0, 1);
  yield* store(base + LRU, 0);
  yield* store(base + LOCK, 0);
  yield* put(base);
}

const definition: Scenario<ShrinkParams> = program({
  name: "shrink",
  about: "a shrinker that tries the list lock, a driver, and the last put: nobody reads a freed object",
  params: {
    bug: int(0, 1, 0, "1 takes the reference before the lock"),
  },
  words: () => 4,
  *initial(base) {
    yield* store(base + REF, 1);
    yield* store(base + LRU, 1);
  },
  tasks: () => 3,
  *body(base, params, task) {
    if (task === 0) yield* shrinker(base, params);
    else if (task === 1) yield* driver(base);
    else yield* lastPut(base);
  },
});

export default definition;
