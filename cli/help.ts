/**
 * Help, without loading anything that does work.
 *
 * @module
 */
import type { Command } from "./command.ts";

const two = (rows: readonly (readonly [string, string])[]): string[] => {
  const wide = Math.max(...rows.map(([a]) => a.length));
  return rows.map(([a, b]) => `  ${a.padEnd(wide)}  ${b}`);
};

const callOf = (c: Command) => `${c.name} ${c.words}`.trimEnd();

/** Help on everything. */
export function help(commands: readonly Command[]): string {
  return [
    "Aurora: assets that are computed when they have to be",
    "",
    "Usage: deno run -A cli.ts COMMAND [OPTION…]   (or: deno task COMMAND)",
    "",
    ...two(commands.map((c) => [callOf(c), c.summary])),
    "",
    'Help on one command: "COMMAND --help". Reading commands speak JSON with --json.',
    "Exit code: 0 done, 1 failed, 2 called wrongly.",
  ].join("\n");
}

/** Help on one command. */
export function helpOn(command: Command): string {
  const options: (readonly [string, string])[] = command.options.map((o) => [
    `--${o.name}${o.value ? ` ${o.value}` : ""}`,
    o.help,
  ]);
  if (command.json) options.push(["--json", "one JSON value on standard output"]);
  options.push(["-h, --help", "this"]);
  const summary = command.summary[0]!.toUpperCase() + command.summary.slice(1);
  return [`Usage: ${callOf(command)} [OPTION…]`, "", summary, "", ...two(options)].join("\n");
}
