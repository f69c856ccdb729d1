/**
 * Resources, opened once per process and lent to steps.
 *
 * @module
 */
import { type Connections, noConnections } from "../declare/connection.ts";
import type { Resource, Resources } from "../declare/resource.ts";
import { secretsFromEnv } from "../declare/secret.ts";

/** Opens resources when they are first asked for. */
export interface Lender extends AsyncDisposable {
  /** The open values under the names of the declaration. */
  lend(resources: Resources): Promise<{ readonly [name: string]: unknown }>;
}

/**
 * A lender whose resources read their configuration by `env` and their connections by `connections`; a resource that
 * fails to open is tried again next time.
 */
export function lender(
  env: (name: string) => string,
  connections: Connections = noConnections,
): Lender {
  const open = new Map<Resource, Promise<unknown>>();
  const one = (r: Resource): Promise<unknown> => {
    const before = open.get(r);
    if (before) return before;
    const opening = Promise.resolve().then(() => {
      tellSecrets(r, env);
      return r.open(env, connections);
    });
    open.set(r, opening);
    opening.catch(() => open.delete(r));
    return opening;
  };
  return {
    async lend(resources) {
      const named = Object.entries(resources).map(async ([name, r]) => [name, await one(r)]);
      return Object.fromEntries(await Promise.all(named));
    },
    async [Symbol.asyncDispose]() {
      const closing = [...open].map(async ([r, value]) => await r.close?.(await value));
      open.clear();
      const stuck = (await Promise.allSettled(closing)).find((c) => c.status === "rejected");
      if (stuck) throw stuck.reason;
    },
  };
}

/** @throws {RangeError} If a variable that a resource says is secret is too short to be told from other text. */
function tellSecrets({ name, secrets = [] }: Resource, env: (name: string) => string): void {
  const values = Object.fromEntries(secrets.map((s) => [s, env(s)]));
  const [short] = secretsFromEnv(values, secrets);
  if (short === undefined) return;
  throw new RangeError(
    `Cannot open "${name}": its secret ${short} is shorter than four characters, so it cannot be masked in logs`,
  );
}
