import type { TriageFact } from "../record/triage-record.ts";
import { type Assumable, type Assumption, assumable, covers } from "./assumptions.ts";
import { type Edge, functionsOf } from "./edges.ts";
import { natureOf } from "./lock-nature.ts";
import { bare } from "./origin.ts";
import type { HeldLock, LogReport } from "./read/types.ts";

/** What a fact does to the model. */
export interface Fact extends TriageFact {
  readonly effect: Assumable;
  /** The edge it is about, by place in the cycle; -1: all. */
  readonly edge: number;
  /** Which of the edge's locks is meant. */
  readonly side: "from" | "to";
}

const LAST_PUT =
  /^(?:drm_gem_object_free|drm_gem_shmem_free(?:_object)?|drm_gem_shmem_object_free|\w+_gem_free(?:_object|_work|_worker)?|\w+_gem_object_free|\w+_gem_shmem_free\w*|ttm_bo_(?:release|delayed_delete)|\w+_bo_(?:free|destroy)\w*|\w+_free_object)$/;
const KREF = /^(?:kref_put\w*|refcount_dec_and_(?:mutex_)?lock\w*)$/;
const EVICTION =
  /^(?:evict|evict_inodes|dispose_list|destroy_inode|\w+_evict_inode|\w+_destroy_inode|iput(?:_final)?|prune_icache_sb|dentry_unlink_inode|__dentry_kill|super_cache_scan)$/;
const TRYLOCK = /(?:^|_)(?:try_?lock|down_(?:read|write)_trylock|trylock)(?:_|$)/;
/** Classes that one type of file system has for all its inodes. */
const PER_TYPE = /^&(?:sb->s_type|type)->i_mutex|i_mutex_dir_key|^&type->s_umount_key/;

const sources = {
  lastPut:
    "drivers/gpu/drm/drm_gem.c: drm_gem_object_put(), drm_gem_object_free(); include/linux/kref.h: kref_put()",
  evict: "fs/inode.c: evict()",
  init: "init/main.c: do_one_initcall(); drivers/base/dd.c: really_probe()",
  trylock: "kernel/locking/mutex.c: mutex_trylock()",
  distinct: "include/linux/fs.h: struct file_system_type, i_mutex_key: one class for all inodes of a type",
  gate: "Documentation/locking/lockdep-design.rst: a dependency is of classes, whatever else is held",
};

/** Every fact that matters for a report, what the user assumes first. */
export function factsOf(report: LogReport, edges: readonly Edge[], assumed: readonly Assumption[]): Fact[] {
  const own = assumed.flatMap((assumption) => assumedFacts(assumption, edges));
  const found = [
    ...edges.flatMap(exclusiveFact),
    ...edges.flatMap(initFact),
    ...edges.flatMap(trylockFact),
    ...edges.flatMap(contextFact),
    ...edges.flatMap(distinctFact),
    ...(report.kind === "recursive-locking" ? recursiveFacts(report) : []),
  ];
  // What the user says stands, also against a rule.
  return [...own, ...found.filter((fact) => !own.some((other) => contradicts(other, fact)))];
}

const opposite: Partial<Record<Assumable, Assumable>> = {
  shared: "exclusive",
  exclusive: "shared",
  "run-time": "init-only",
  "init-only": "run-time",
};

function contradicts(said: Fact, found: Fact): boolean {
  return (
    (said.effect === found.effect || opposite[said.effect] === found.effect) &&
    (said.edge === -1 || said.edge === found.edge)
  );
}

function assumedFacts(assumption: Assumption, edges: readonly Edge[]): Fact[] {
  const { kind, text } = assumption;
  const fact = (edge: number, side: Fact["side"]): Fact => ({
    rule: text,
    says: assumable[kind],
    source: "--assume",
    ifWrong: "then the verdict, which counts on it",
    standing: "assumed",
    effect: kind,
    edge,
    side,
  });
  if (kind === "gate") return [fact(-1, "from")];
  // Only what a free could have had to itself can be shared with others.
  if (kind === "shared")
    return edges.flatMap((edge, place) =>
      exclusiveFact(edge, place).flatMap(({ side }) =>
        covers(assumption, edge[side].class, functionsOf(edge.stack).map(bare)) ? [fact(place, side)] : [],
      ),
    );
  return edges.flatMap((edge, place) => {
    const functions = functionsOf(edge.stack).map(bare);
    if (covers(assumption, edge.to.class, functions)) return [fact(place, "to")];
    return covers(assumption, edge.from.class, functions) ? [fact(place, "from")] : [];
  });
}

/** A free that is entered from the last put has its object to itself, and so its private lock. */
function exclusiveFact(edge: Edge, place: number): Fact[] {
  const functions = functionsOf(edge.stack).map(bare);
  const heldIn = edge.from.at === null ? "" : bare(edge.from.at);
  const free = functions.find((name) => LAST_PUT.test(name));
  const kref = functions.some((name) => KREF.test(name));
  const evicts = functions.find((name) => EVICTION.test(name));
  const side = LAST_PUT.test(heldIn) ? "from" : "to";
  const lock = edge[side];
  if (natureOf(lock) === "reclaim" || natureOf(lock) === "context") return [];
  if (free !== undefined && isPrivate(lock.class))
    return [
      {
        rule: `exclusive:${lock.class}@${free}`,
        says: `exclusive: last put, private lock: ${free}() runs once the last reference is gone, so nobody else can hold or want ${lock.class} of that object`,
        source: sources.lastPut,
        ifWrong:
          "if the lock is shared with other objects, or somebody reaches the object without a reference, its holder and this task wait for each other",
        standing: "certain",
        effect: "exclusive",
        edge: place,
        side,
      },
    ];
  const reason = free ?? (kref ? "kref_put" : evicts);
  if (reason === undefined || !isMember(lock.class)) return [];
  return [
    {
      rule: `exclusive:${lock.class}@${reason}`,
      says: `${lock.class} taken below ${reason}() may be of an object that nobody else can reach any more`,
      source: evicts === undefined ? sources.lastPut : sources.evict,
      ifWrong:
        "whoever reaches the object by a list or another lock's protection can hold the lock, and the cycle closes",
      standing: "possible",
      effect: "exclusive",
      edge: place,
      side,
    },
  ];
}

/** Locks that are an object's own unless a driver shares them. */
function isPrivate(name: string): boolean {
  return name === "reservation_ww_class_mutex" || /^&\w*(?:obj|bo|gem)\w*->\w+/.test(name);
}

/** A lock that lies in something that may be one of many; devices, file systems and address spaces outlive what is freed. */
function isMember(name: string): boolean {
  const [, of] = /^&(\w+)->/.exec(name) ?? [];
  return of !== undefined && !LONG_LIVED.test(of);
}

const LONG_LIVED =
  /^(?:d?dev|drm|\w*device|pdev|mgr|\w*manager|mm|q|host|hba|sb|bdev|\w*fs_info|gpu|priv|adev|vdev|pool|cgroup|rq)$/;

function initFact(edge: Edge, place: number): Fact[] {
  if (edge.origin !== "init only") return [];
  const by =
    functionsOf(edge.stack)
      .map(bare)
      .find((name) => /probe|init/.test(name)) ?? "init";
  return [
    {
      rule: `init-only:${edge.to.class}@${by}`,
      says: `${edge.from.class} -> ${edge.to.class} was seen in ${by}() only: probe and init paths run once, before others use the device`,
      source: sources.init,
      ifWrong: "if the same order is also taken at run time, the cycle closes",
      standing: "possible",
      effect: "init-only",
      edge: place,
      side: "to",
    },
  ];
}

function trylockFact(edge: Edge, place: number): Fact[] {
  const [taker] = functionsOf(edge.stack)
    .map(bare)
    .filter((name) => !/^(?:__)?lock_acquire|^validate_chain|^check_/.test(name));
  const name = taker ?? edge.to.at ?? "";
  if (!TRYLOCK.test(name)) return [];
  return [
    {
      rule: `trylock:${edge.to.class}@${name}`,
      says: `${name}() does not wait for ${edge.to.class}`,
      source: sources.trylock,
      ifWrong: "nothing: a trylock never waits",
      standing: "certain",
      effect: "trylock",
      edge: place,
      side: "to",
    },
  ];
}

/** A context that is opened waits for nobody: what is locked in it, and whether it is waited for, is another edge. */
function contextFact(edge: Edge, place: number): Fact[] {
  if (!edge.isNew || natureOf(edge.to) !== "context") return [];
  const by = bare(edge.to.at ?? functionsOf(edge.stack)[0] ?? "the path");
  return [
    {
      rule: `trylock:${edge.to.class}@${by}`,
      says: `${by}() opens a context, which waits for nobody; whether it then waits for a lock, or only tries, is not in the log`,
      source: "kernel/locking/ww_mutex.h: ww_acquire_init()",
      ifWrong: "if it waits for a lock in that context, the cycle closes",
      standing: "possible",
      effect: "trylock",
      edge: place,
      side: "to",
    },
  ];
}

function distinctFact(edge: Edge, place: number): Fact[] {
  const lock = [edge.to, edge.from].find(({ class: name }) => PER_TYPE.test(name));
  if (lock === undefined || !edge.isNew) return [];
  return [
    {
      rule: `distinct:${lock.class}`,
      says: `${lock.class} is one class for all inodes of a type: the two sides may take different ones`,
      source: sources.distinct,
      ifWrong: "if both sides can take the same inode's, the cycle closes",
      standing: "possible",
      effect: "distinct",
      edge: place,
      side: lock === edge.to ? "to" : "from",
    },
  ];
}

/** Two locks of one class in one task: what lies between an order and a deadlock. */
function recursiveFacts(report: LogReport): Fact[] {
  const { wanted, holding } = report;
  if (wanted === null || holding === null) return [];
  const same = wanted.address !== null && wanted.address === holding.address;
  if (same) return [];
  const fact = (effect: "distinct" | "gate", rule: string, says: string, ifWrong: string): Fact => ({
    rule,
    says,
    source:
      effect === "gate"
        ? sources.gate
        : "Documentation/locking/lockdep-design.rst: nested locks of one class",
    ifWrong,
    standing: "possible",
    effect,
    edge: 0,
    side: "to",
  });
  return [
    ...gatesOf(report).map((gate) =>
      fact(
        "gate",
        `gate:${gate.class}`,
        `${gate.class} is held around the pair: if everybody who nests two of them holds it, exclusively, nobody can nest them the other way round meanwhile`,
        "a path that nests two of them without it, in the other order, deadlocks",
      ),
    ),
    fact(
      "distinct",
      `distinct:${wanted.class}`,
      `the two ${wanted.class} are ${wanted.address === null ? "perhaps" : "indeed"} different instances, and may always be taken in one order`,
      "a second task that takes the same two the other way round deadlocks",
    ),
  ];
}

/** Locks held around the pair that only one task can hold. */
function gatesOf(report: LogReport): HeldLock[] {
  return report.held.filter(
    (lock) =>
      lock.class !== report.wanted?.class &&
      ["mutex", "spinlock", "ww"].includes(natureOf(lock)) &&
      lock.readState !== true &&
      !/^\(w(?:q|ork)_completion\)|^sb_|rcu/.test(lock.class),
  );
}
