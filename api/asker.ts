/** Who asks: known to everything that answers a request, and kept with what the request does. @module */
import { AsyncLocalStorage } from "node:async_hooks";
import { authorize, type Permission, type Principal } from "engine";

const storage = new AsyncLocalStorage<{ readonly who: Principal | undefined }>();

/** Answers as somebody. */
export const answerAs = <T>(who: Principal | undefined, answer: () => T): T =>
  storage.run({ who }, answer);

/** Who asks; undefined: nobody that is known, or no request. */
export const asker = (): Principal | undefined => storage.getStore()?.who;

/** Whether who asks may do something; everybody may where no gate stands before. */
export function askerMay(permission: Permission): boolean {
  const asking = storage.getStore();
  if (asking === undefined) return true;
  return asking.who !== undefined && authorize(asking.who, permission).allowed;
}

/**
 * The name that is kept with a deed. Whoever is known by an account or a token cannot say another; where nobody is asked
 * who they are, it is what they say.
 */
export function nameOfAsker<Otherwise extends string | undefined>(
  said: string | undefined,
  otherwise: Otherwise,
): string | Otherwise {
  const who = asker();
  if (who?.kind === "person") return who.name;
  // With a word before it, so that no token can be called like a person.
  if (who?.kind === "token") return `token ${who.name}`;
  return said ?? otherwise;
}

/** The same with the way in that the request came by, for what starts runs: `ui ada@example.org`. */
export function triggerOfAsker(said: string | undefined): string {
  const who = asker();
  if (who?.kind === "person") return `ui ${who.name}`;
  if (who?.kind === "token") return `api token ${who.name}`;
  return said ?? "api";
}
