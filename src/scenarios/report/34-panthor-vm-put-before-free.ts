import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { allocate, free, liveObjects } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { krefPut } from "#shared/sync/kref";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { refcountSet } from "#shared/sync/refcount";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { type Fixed, fixedParam, isFixed } from "./fixed.ts";

/** An address space; its reservation lock is that of all buffers private to it. */
const Vm: Layout<"refcount" | "resv"> = struct("panthor_vm", { refcount: "atomic", resv: Mutex });

/** A buffer private to a VM: it owns a reference on that, and uses its lock. */
const Bo: Layout<"refcount" | "vm" | "pages"> = struct("panthor_bo", {
  refcount: "atomic",
  vm: "plain",
  /** Pages it has; guarded by the reservation lock. */
  pages: "plain",
});

const Root: Layout<"bo" | "vm" | "heap"> = struct("panthor_world", {
  bo: "plain",
  vm: "plain",
  heap: "plain",
});

function* putVm(root: Addr, vm: Addr): Step<void> {
  if (yield* krefPut(vm + Vm.at.refcount)) yield* free(peek(root + Root.at.heap), vm);
}

/** The shmem helper's part: drops the pages under the reservation lock, and the object. */
function* freeBo(root: Addr, bo: Addr, vm: Addr): Step<void> {
  yield* mutexLock(vm + Vm.at.resv);
  yield* write(bo + Bo.at.pages, 0);
  yield* mutexUnlock(vm + Vm.at.resv);
  yield* free(peek(root + Root.at.heap), bo);
}

function* putBo(root: Addr, params: { readonly fixed: string }): Step<void> {
  const bo = peek(root + Root.at.bo);
  const vm = peek(root + Root.at.vm);
  if (!(yield* krefPut(bo + Bo.at.refcount))) return;
  countFor(STAT.FREES, 1);
  if (!isFixed(params)) yield* putVm(root, vm);
  yield* freeBo(root, bo, vm);
  if (isFixed(params)) yield* putVm(root, vm);
}

function* closeFile(root: Addr): Step<void> {
  yield* putVm(root, peek(root + Root.at.vm));
}

type Params = { readonly fixed: Fixed; readonly file: ChoiceParam<"closed" | "open"> };

const definition: Scenario<Params> = scenario({
  name: "report/34-panthor-vm-put-before-free",
  claim: "a buffer that is freed may still lock the reservation that it shares with its VM",
  source: 'dri-devel list, 2023-09-21, thread on "drm/gpuvm: add common dma-resv per struct drm_gpuvm"',
  params: {
    fixed: fixedParam,
    file: choice(
      ["closed", "open"],
      "closed",
      "open: the file has a reference on the VM, and is closed by another task",
    ),
  },
  expect: "violated",
  expected: ({ fixed, file }) =>
    fixed === "true"
      ? { verdict: "holds", kinds: [], why: "the VM is put behind the last use of its lock" }
      : {
          verdict: "violated",
          kinds: ["use-after-free"],
          why:
            file === "closed"
              ? "the buffer has the VM's last reference, puts it, and locks what it has freed"
              : "the file may be closed before: then the buffer has the last reference",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }, { file: "open" }, { fixed: "true", file: "open" }],
  foundBy: ["explore", "race"],
  mutants: {},
  modes: ["batch"],
  worldWords: () => 48,
  *setup(heap, { file }) {
    const root = yield* allocate(heap, Root);
    const vm = yield* allocate(heap, Vm);
    const bo = yield* allocate(heap, Bo);
    yield* refcountSet(vm + Vm.at.refcount, file === "open" ? 2 : 1);
    yield* refcountSet(bo + Bo.at.refcount, 1);
    yield* write(bo + Bo.at.vm, vm);
    yield* write(bo + Bo.at.pages, 1);
    yield* write(root + Root.at.bo, bo);
    yield* write(root + Root.at.vm, vm);
    yield* write(root + Root.at.heap, heap);
    return root;
  },
  tasks: ({ file }) => [
    { name: "free", run: putBo },
    ...(file === "open" ? [{ name: "close", run: closeFile }] : []),
  ],
  *check(root, _params, heap) {
    if (liveObjects(heap) !== 1) report("leak", peek(root + Root.at.bo), liveObjects(heap));
  },
});

export default definition;
