/** What `parseArgs` gives: named options, and positional arguments under `_`. */
export type Args = { [name: string]: unknown; _: (string | number)[] };
/** Splits command line words into options and positional arguments. */
export function parseArgs(args: readonly string[], options?: {
  boolean?: readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  negatable?: readonly string[];
  alias?: { [name: string]: string };
  default?: { [name: string]: unknown };
  stopEarly?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}): Args;
