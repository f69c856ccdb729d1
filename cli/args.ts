/**
 * Reading what a command was called with.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { nearest } from "engine";
import { type Called, type Command, UsageError } from "./command.ts";

function unknownOption(command: Command, given: string): UsageError {
  const known = [...command.options.map((o) => `--${o.name}`), "--help"];
  if (command.json) known.push("--json");
  const near = nearest(given, known);
  return new UsageError(
    `Cannot call "${command.name}" with "${given}": ` +
      (near ? `did you mean "${near}"?` : `its options are ${known.join(", ")}`),
  );
}

/**
 * Reads the words behind the name of a command.
 *
 * @throws {UsageError} On an unknown option, an option without its value, too few or too many words.
 */
export function called(command: Command, args: readonly string[]): Called {
  const valued = command.options.filter((o) => o.value !== undefined).map((o) => o.name);
  const switches = command.options.filter((o) => o.value === undefined).map((o) => o.name);
  const parsed = parseArgs(args, {
    // `_` too: "--partition 2025" and a run id stay text.
    string: [...valued, "_"],
    boolean: [...switches, ...(command.json ? ["json"] : [])],
    unknown: (given, key) => {
      if (key === undefined) return true;
      throw unknownOption(command, given.split("=")[0]!);
    },
  });
  for (const o of command.options) {
    if (o.value !== undefined && parsed[o.name] === "") {
      throw new UsageError(`Cannot call "${command.name}": --${o.name} needs a value, ${o.value}`);
    }
  }
  const words = parsed._.map(String);
  const [least, most] = command.takes;
  if (words.length < least || words.length > most) {
    throw new UsageError(
      `Cannot call "${command.name}" with ${words.length} words: it is called as ` +
        `"${`${command.name} ${command.words}`.trimEnd()}"`,
    );
  }
  return {
    words,
    text: (option) => parsed[option] as string | undefined,
    on: (option) => parsed[option] === true,
  };
}
