import { Command } from "commander";
import type { Scenario } from "#scenarios/define";
import { catalogue } from "#scenarios/index";
import type { Param } from "#scenarios/params";
import { resolveScenario } from "../catalogue/resolve.ts";
import { print } from "./output.ts";

/** The `list` command. */
export function listCommand(finish: (status: number) => void): Command {
  return new Command("list")
    .description("scenarios, parameters, mutants, expected verdicts")
    .argument("[scenario]", "one scenario, whole")
    .option("--json", "one JSON document on stdout and nothing else")
    .action(async (named: string | undefined, flags: { json?: boolean }) => {
      const definitions =
        named === undefined ? catalogue.map(({ definition }) => definition) : [await define(named)];
      if (flags.json === true) print(`${JSON.stringify(definitions.map(described))}\n`);
      else print(named === undefined ? overview(definitions) : definitions.map(whole).join("\n"));
      finish(0);
    });
}

async function define(named: string): Promise<Scenario> {
  const scenario = await resolveScenario(named);
  scenario.cleanup();
  return scenario.definition;
}

function described({
  name,
  claim,
  source,
  params,
  mutants,
  expect,
  modes,
  foundBy = ["explore"],
}: Scenario): Record<string, unknown> {
  return {
    name,
    claim,
    source,
    params,
    mutants,
    expect,
    modes,
    ...(expect === "violated" ? { foundBy } : {}),
  };
}

function allowed(param: Param): string {
  return param.type === "choice" ? param.values.join(", ") : `${param.min} to ${param.max}`;
}

function overview(definitions: readonly Scenario[]): string {
  const width = Math.max(...definitions.map(({ name }) => name.length));
  const lines = definitions.map(({ name, claim }) => `  ${name.padEnd(width)}  ${claim}`);
  return `${lines.join("\n")}\n\n\`refzero list NAME\` shows a scenario's parameters and mutants.\n`;
}

function whole(definition: Scenario): string {
  const params = Object.entries(definition.params).flatMap(([key, param]) => [
    `  ${key}=${param.default}  ${param.about}`,
    `      ${allowed(param)}`,
  ]);
  const mutants = Object.entries(definition.mutants).map(
    ([name, kinds]) => `  ${name}  caught as ${kinds.join(" or ")}`,
  );
  return [
    definition.name,
    `  claim     ${definition.claim}`,
    `  source    ${definition.source}`,
    `  expected  ${definition.expect}`,
    `  modes     ${definition.modes.join(", ")}`,
    "parameters",
    ...params,
    ...(mutants.length === 0 ? [] : ["mutants", ...mutants]),
    "",
  ].join("\n");
}
