import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bindImports, isOwnModule } from "../../src/build/bind-imports.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bind = (code: string): string => bindImports(code, "x.js", () => true);

describe("imports of constant modules", () => {
  test("become constants, on the lines they were on", () => {
    expect(bind('import { a, b as c } from "./m.js";\na(c);\n')).toBe(
      'import * as $m1 from "./m.js"; const { a, b: c } = $m1;\na(c);\n',
    );
    expect(bind('import {\n  a,\n  b,\n} from "./m.js";\na(b);\n')).toBe(
      'import * as $m1 from "./m.js"; const { a, b } = $m1;\n\n\n\na(b);\n',
    );
  });

  test("stay as they are where there is nothing to bind: defaults, namespaces, side effects", () => {
    for (const code of ['import a from "./m.js";', 'import * as a from "./m.js";', 'import "./m.js";']) {
      expect(bind(code)).toBe(code);
    }
  });

  test("are only the package's own in a user's file, whose exports may change", () => {
    const code = 'import { a } from "./mine.js";\nimport { load } from "refzero";\n';
    expect(bindImports(code, "x.js", isOwnModule)).toBe(
      'import { a } from "./mine.js";\nimport * as $m1 from "refzero"; const { load } = $m1;\n',
    );
  });
});

test("no module of the two rooms exports a variable: a bound import would miss its changes", () => {
  for (const room of ["src/shared", "src/scenarios"]) {
    for (const entry of readdirSync(join(root, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      expect(readFileSync(path, "utf8"), path).not.toMatch(/^export (?:let|var) /m);
    }
  }
});
