import { UsageError } from "../../record/usage-error.ts";
import { specifiers } from "../specifiers.ts";
import { type ModuleFacts, moduleFacts } from "./module.ts";
import type { Resolution, Resolver } from "./resolver.ts";
import type { Site } from "./value.ts";

/** What an imported name stands for: a node of some module, a module itself, something of another package. */
export type Origin = Site | { readonly module: ModuleFacts } | "foreign" | undefined;

/** Modules and the names they hand to each other. Modules are read when they are first asked for. */
export class Graph {
  readonly #resolver: Resolver;
  readonly #modules = new Map<string, ModuleFacts | undefined>();

  readonly #neighbours = new Map<ModuleFacts, readonly ModuleFacts[]>();
  readonly #links = new Map<ModuleFacts, Map<string, Resolution>>();

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  /**
   * The module in a file.
   *
   * @throws UsageError NO_SUCH_FILE; UsageError BAD_SCENARIO_FILE as `strip` does.
   */
  module(file: string): ModuleFacts {
    const known = this.#modules.get(file);
    if (known) return known;
    const text = this.#resolver.read(file);
    if (text === undefined) throw new UsageError("NO_SUCH_FILE", { file, reason: "no such file" });
    const module = moduleFacts(text, file, this.#resolver.roleOf(file));
    this.#modules.set(file, module);
    return module;
  }

  /** Every module read so far. */
  modules(): readonly ModuleFacts[] {
    return [...this.#modules.values()].filter((module) => module !== undefined);
  }

  /** The module behind a specifier; nothing when it cannot be told or read, which the loader reports. */
  linked(from: ModuleFacts, specifier: string): ModuleFacts | "foreign" | undefined {
    const resolution = this.#resolve(from, specifier);
    if (resolution === undefined || resolution === "foreign") return resolution;
    if (!/\.m?[jt]s$/.test(resolution.file)) return undefined;
    try {
      return this.module(resolution.file);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#modules.set(resolution.file, undefined);
      return undefined;
    }
  }

  #resolve(from: ModuleFacts, specifier: string): Resolution {
    const links = this.#links.get(from) ?? new Map<string, Resolution>();
    this.#links.set(from, links);
    // Asking the file system once per import, not once per use of a name.
    if (!links.has(specifier)) links.set(specifier, this.#resolver.resolve(specifier, from.file));
    return links.get(specifier);
  }

  /** The modules that a module's own text names, other packages left out. */
  neighbours(module: ModuleFacts): readonly ModuleFacts[] {
    const known = this.#neighbours.get(module);
    if (known) return known;
    const found = specifiers(module.program)
      .map(({ value }) => this.linked(module, value))
      .filter((linked) => typeof linked === "object");
    this.#neighbours.set(module, found);
    return found;
  }

  /** What `name` imported from `specifier` stands for; `*` is the namespace. */
  imported(from: ModuleFacts, specifier: string, name: string): Origin {
    const module = this.linked(from, specifier);
    if (module === undefined || module === "foreign") return module;
    return name === "*" ? { module } : this.exported(module, name);
  }

  /** What a module's export stands for, through any number of re-exports. */
  exported(module: ModuleFacts, name: string, seen: readonly ModuleFacts[] = []): Origin {
    if (seen.includes(module)) return undefined;
    const own = module.exports.get(name);
    if (own && "node" in own) return { node: own.node, module };
    if (own) return this.imported(module, own.specifier, own.name);
    if (name === "default") return undefined;
    for (const star of module.stars) {
      const linked = this.linked(module, star);
      const origin = typeof linked === "object" ? this.exported(linked, name, [...seen, module]) : undefined;
      if (origin) return origin;
    }
    return undefined;
  }
}
