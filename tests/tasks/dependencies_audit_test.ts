import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ACCEPTED } from "../../tasks/dependencies_accepted.ts";
import { audited, verdict } from "../../tasks/dependencies_audit.ts";

const TODAY = "2026-11-23";
const ADVISORY = "GHSA-aaaa-bbbb-cccc";

/** A registry that answers what `deno audit` asks, and what it was asked about. */
function registry(answer: (asked: Record<string, string[]>) => Response) {
  const asked: Record<string, string[]>[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    asked.push(await request.json());
    return answer(asked.at(-1)!);
  });
  return {
    asked,
    env: { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${server.addr.port}` },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const weak = () =>
  Response.json({
    hono: [{
      id: 1,
      url: `https://github.com/advisories/${ADVISORY}`,
      title: "Everybody may do everything",
      severity: "critical",
      vulnerable_versions: "<99.0.0",
      cwe: ["CWE-1"],
      cvss: { score: 9, vectorString: "" },
    }],
  });

Deno.test("the audit asks about every package of the lock, those of tests too", async () => {
  await using it = registry(() => Response.json({}));
  const said = await audited(it.env);
  assertEquals(verdict(said, [], TODAY), { ok: true, words: "No dependency has a known weakness" });
  for (const name of ["hono", "better-auth", "playwright-core", "oidc-provider"]) {
    assert(Object.hasOwn(it.asked[0]!, name), name);
  }
});

Deno.test("a known weakness fails the audit, unless it is accepted for that day", async () => {
  await using it = registry(weak);
  const said = await audited(it.env);
  const { ok, words } = verdict(said, [], TODAY);
  assertEquals(ok, false);
  assertStringIncludes(words, "Everybody may do everything");
  const accepted = { advisory: ADVISORY, reason: "never reached", until: TODAY };
  const passed = verdict(said, [accepted], TODAY);
  assertEquals(passed.ok, true, passed.words);
  assertStringIncludes(passed.words, `accepted until ${TODAY}: ${ADVISORY}: never reached`);
  assertEquals(verdict(said, [accepted], "2026-11-24").ok, false, "it goes on for ever");
});

Deno.test("a registry that refuses or is away fails nothing, and it is said that nothing was checked", async () => {
  await using it = registry(() => new Response(null, { status: 405 }));
  for (const env of [it.env, { NPM_CONFIG_REGISTRY: "http://127.0.0.1:1" }]) {
    const { ok, words } = verdict(await audited(env), [], TODAY);
    assertEquals(ok, true);
    assertStringIncludes(words, "The dependencies were NOT checked");
  }
});

Deno.test("an audit that fails for another reason is no clean one", () => {
  assertEquals(verdict({ code: 1, output: "error: no lock file" }, [], TODAY).ok, false);
});

Deno.test("what is accepted has an advisory, a reason and an end", () => {
  for (const { advisory, reason, until } of ACCEPTED) {
    assert(/^GHSA(-\w{4}){3}$/.test(advisory), advisory);
    assert(reason.length >= 20 && /^\d{4}-\d\d-\d\d$/.test(until), advisory);
  }
});
