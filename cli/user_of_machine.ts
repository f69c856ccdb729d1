import type { Principal } from "engine";

/** Whoever may read the settings of this machine, by the name it knows them by. */
export function userOfMachine(): Pick<Principal, "kind" | "id" | "name"> {
  const name = Deno.env.get("USER") || Deno.env.get("LOGNAME") || `uid ${Deno.uid() ?? "unknown"}`;
  return { kind: "cli", id: name, name };
}
