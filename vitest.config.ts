import { defineConfig } from "vitest/config";

/** Tests that start races: two of them side by side would measure each other, and there may be two cores only. */
const alone = ["workers", "cli", "scenarios", "sync", "conformance/locks"].map(
  (room) => `test/${room}/*.test.ts`,
);

export default defineConfig({
  test: {
    pool: "forks",
    // .ci/run counts from the second.
    reporters: ["default", ["json", { outputFile: ".refzero/test-report.json" }]],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What lies in dist/ is loaded by Node itself, as a user has it: `#shared/…` then means one module, whether a
    // test imports it or the race engine does.
    server: { deps: { external: [/^(?!.*\/node_modules\/).*\/dist\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: "side by side",
          include: ["test/**/*.test.ts"],
          exclude: ["test/fixtures/**", "test/.build/**", ...alone],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: alone,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
