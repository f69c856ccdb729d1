/** Refusals of Deno, told with what allows it here. @module */

/** The variable that adds to a right (docs/guide/rights.md). */
const VARIABLES: Readonly<Record<string, string>> = {
  net: "AURORA_NET",
  read: "AURORA_READ",
  write: "AURORA_WRITE",
  run: "AURORA_RUN",
};

const allow = (variable: string) => `; to allow it, name it in ${variable} and start again`;

/**
 * A message in which Deno refuses something, with the variable that allows it instead of Deno's own flag; any other message
 * as it is.
 *
 * @example
 * ```ts
 * import { howToAllow } from "engine";
 * import { assertEquals } from "@std/assert";
 *
 * const said = 'Requires net access to "api.example:443", run again with the --allow-net flag';
 * assertEquals(
 *   howToAllow(said),
 *   'Requires net access to "api.example:443"; to allow it, name it in AURORA_NET and start again',
 * );
 * ```
 */
export function howToAllow(message: string): string {
  return message
    .replace(
      /, run again with the --allow-(\w+) flag/,
      (said, right: string) => VARIABLES[right] === undefined ? said : allow(VARIABLES[right]),
    )
    // What Deno's modules of Node say, where a name may not even be looked up.
    .replace(/getaddrinfo EPERM [^\s":]+/, (said) => said + allow("AURORA_NET"));
}
