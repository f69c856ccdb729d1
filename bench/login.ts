/** What a sign-in costs, most of it the hash of the password. @module */
import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { firstAdmin, guardedSite, signIn } from "../tests/access/site.ts";

/** Signs in over a real database. */
export const bench: Bench = {
  name: "login",
  what: "a sign-in with a password: limits, scrypt, a new session and the audit log",
  async measure() {
    await using site = await guardedSite();
    await firstAdmin(site);
    let place = 0;
    const once = async () => {
      const answer = await signIn(site, undefined, undefined, { peer: `10.0.0.${place++}` });
      if (answer.status !== 200) throw new Error(`Cannot sign in: ${answer.status}`);
    };
    const ms = (await repeated(9, () => secondsOf(once))).map((s) => s * 1_000);
    return [figure({ name: "login", unit: "ms" }, ms)];
  },
};
