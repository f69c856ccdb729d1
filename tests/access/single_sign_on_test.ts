import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { giveRole } from "../../adapters/postgres/access/people.ts";
import { type OidcProvider, oidcProvider } from "../services/oidc.ts";
import { cookiesOf, type GuardedSite, guardedSite, URL_OF_SITE } from "./site.ts";

const CALLBACK = `${URL_OF_SITE}/api/auth/callback/sso`;

const settings = (provider: OidcProvider, role: string) => ({
  env: {
    AURORA_OIDC_ISSUER: provider.issuer,
    AURORA_OIDC_CLIENT_ID: provider.clientId,
    AURORA_OIDC_CLIENT_SECRET: provider.clientSecret,
    AURORA_OIDC_ROLE: role,
  },
});

/** Goes to the provider and back; gives the way back and the cookie that belongs to it. */
async function leave(site: GuardedSite, provider: OidcProvider, login: string) {
  const body = { provider: "sso", callbackURL: "/" };
  const answer = await site.ask("/api/auth/sign-in/social", { body });
  assertEquals(answer.status, 200, await answer.clone().text());
  const { url } = await answer.json() as { url: string };
  assertStringIncludes(url, "code_challenge=");
  const back = await provider.signIn(url, login);
  return { back: back.slice(URL_OF_SITE.length), cookie: cookiesOf(answer) };
}

/** The provider and better-auth keep timers of their own. */
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "whoever comes by single sign-on has the roles that are set for it",
  options,
  async () => {
    await using provider = await oidcProvider(CALLBACK);
    await using site = await guardedSite(settings(provider, "ops"));
    const { back, cookie: state } = await leave(site, provider, "grace");
    const answer = await site.ask(back, { cookie: state });
    assertEquals([answer.status, answer.headers.get("location")], [302, "/"]);
    const cookie = cookiesOf(answer);
    const me = await (await site.ask("/api/v1/access/me", { cookie })).json();
    assertEquals(me, { kind: "person", name: "grace@example.org", roles: ["ops"], may: ["view"] });
    assertEquals((await site.ask("/api/v1/runs", { cookie, body: { stale: true } })).status, 403);
  },
);

Deno.test(
  "without a role for it single sign-on opens nothing until somebody gives one",
  options,
  async () => {
    await using provider = await oidcProvider(CALLBACK);
    await using site = await guardedSite(settings(provider, ""));
    const { back, cookie: state } = await leave(site, provider, "grace");
    const cookie = cookiesOf(await site.ask(back, { cookie: state }));
    assertEquals((await site.ask("/api/v1/runs", { cookie })).status, 403);
    assert(await giveRole(site.sql, "grace@example.org", "ml"));
    assertEquals((await site.ask("/api/v1/runs", { cookie })).status, 200);
  },
);

Deno.test(
  "an answer of the provider that this browser did not ask for signs nobody in",
  options,
  async () => {
    await using provider = await oidcProvider(CALLBACK);
    await using site = await guardedSite(settings(provider, "admin"));
    const { back } = await leave(site, provider, "eve");
    const answer = await site.ask(back);
    assert(!cookiesOf(answer).includes("session_token"), "it signed in");
    assertEquals((await site.sql`select from access.session`).length, 0);
  },
);
