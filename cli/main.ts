/**
 * From the words of a command line to an exit code.
 *
 * @module
 */
import type { OpenApp } from "./app.ts";
import { type Command, EXIT } from "./command.ts";
import { commands } from "./commands.ts";
import { help, helpOn } from "./help.ts";
import { type Io, paint } from "./io.ts";

/** What the process gives to the command line. */
export interface Surroundings {
  /** Where it writes. */
  readonly io: Io;
  /** Opens the program. */
  readonly open: OpenApp;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
}

const isHelp = (word: string | undefined) => word === "--help" || word === "-h" || word === "help";

/** Does what the words say; gives the exit code. It does not throw. */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
  const [name, ...rest] = args;
  const { io } = around;
  if (name === undefined) {
    io.err(help(commands));
    return EXIT.usage;
  }
  if (isHelp(name) && rest.length === 0) {
    io.out(help(commands));
    return EXIT.ok;
  }
  const wanted = isHelp(name) ? rest[0]! : name;
  const command = commands.find((c) => c.name === wanted);
  if (!command) return await unknown(wanted, io);
  if (isHelp(name) || rest.some((word) => word === "--help" || word === "-h")) {
    io.out(helpOn(command));
    return EXIT.ok;
  }
  try {
    return await call(command, rest, around);
  } catch (error) {
    return explain(error, io);
  }
}

async function unknown(name: string, io: Io): Promise<number> {
  const { nearest } = await import("engine");
  const near = nearest(name, commands.map((c) => c.name));
  io.err(
    `Cannot find command "${name}": ` +
      (near ? `did you mean "${near}"?` : `"--help" lists all commands`),
  );
  return EXIT.usage;
}

async function call(
  command: Command,
  rest: readonly string[],
  around: Surroundings,
): Promise<number> {
  const { called } = await import("./args.ts");
  // What another program is called with is its own business.
  const given = command.takes[1] === Infinity
    ? { words: rest, text: () => undefined, on: () => false }
    : called(command, rest);
  const run = await command.load();
  return await run({ ...around, called: given });
}

/** What the caller got wrong, by the name of its class: the classes themselves would have to be loaded. */
const USAGE = new Set(["UsageError", "UnknownName", "RangeError", "SyntaxError", "PlanRefused"]);

function explain(error: unknown, io: Io): number {
  if (!(error instanceof Error)) {
    io.err(paint(io, "red", String(error)));
    return EXIT.failure;
  }
  io.err(paint(io, "red", error.message));
  for (let c = error.cause; c instanceof Error; c = c.cause) {
    if (!error.message.includes(c.message)) io.err(`  because: ${c.message}`);
  }
  return USAGE.has(error.name) ? EXIT.usage : EXIT.failure;
}
