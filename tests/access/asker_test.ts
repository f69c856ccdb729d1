import { assertEquals } from "@std/assert";
import {
  asset,
  BUILT_IN_ROLES,
  createService,
  define,
  LOCAL,
  nextTicks,
  type Principal,
} from "engine";
import { createApi, createFront, createGate, groupsBy } from "../../api/mod.ts";
import { testLedger } from "../services/ledger.ts";

const roles = BUILT_IN_ROLES.slice(0, 1);
const ADA: Principal = { kind: "person", id: "1", name: "ada@example.org", roles };
/** A token that pretends to be somebody. */
const CI: Principal = { kind: "token", id: "2", name: "ada@example.org", roles };

/** The API over a real ledger; `as` is who asks. */
async function site() {
  const made = await testLedger();
  const words = asset({ name: "words", materialize: () => 1 });
  const service = createService({
    definitions: define({ words }),
    ledger: made.ledger,
    clock: { now: () => new Date() },
    about: {
      version: "1",
      startedAt: new Date().toISOString(),
      adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
    },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
  });
  const api = createApi(service);
  let who: Principal = LOCAL;
  const gate = createGate({
    routes: api.routes,
    identify: () => Promise.resolve(who),
    audit: () => Promise.resolve(),
    groupsOf: groupsBy(service),
  });
  const front = createFront({ api: api.fetch, pages: api.fetch, gate });
  const ask = async (as: Principal, path: string, body?: unknown) => {
    who = as;
    const method = body === undefined ? "GET" : "POST";
    const headers = { "content-type": "application/json" };
    const answer = await front(
      new Request(`http://localhost${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    return await answer.json();
  };
  return { ask, ledger: made.ledger, [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() };
}

Deno.test("whoever has an account or a token cannot say to be somebody else", async () => {
  await using it = await site();
  for (
    const [who, as] of [
      [ADA, "ui ada@example.org"],
      [CI, "api token ada@example.org"],
      [LOCAL, "api eve"],
    ] as const
  ) {
    const { run } = await it.ask(who, "/api/v1/runs", { assets: ["words"], triggeredBy: "eve" });
    assertEquals((await it.ask(who, `/api/v1/runs/${run}`)).run.triggeredBy, as);
    await it.ask(who, `/api/v1/runs/${run}/cancel`, { by: "eve" });
    const { steps } = await it.ask(who, `/api/v1/runs/${run}`);
    assertEquals(JSON.stringify(steps).includes(as.replace(/^(ui|api) /, "")), true, as);
  }
});

Deno.test("silences and tests of alerts are signed by who asks", async () => {
  await using it = await site();
  const request = { matcher: { asset: "words" }, for: "2h", reason: "upgrade", by: "eve" };
  const { id, by } = await it.ask(CI, "/api/v1/silences", request);
  assertEquals(by, "token ada@example.org");
  const { endedBy } = await it.ask(ADA, `/api/v1/silences/${id}/end`, { by: "eve" });
  assertEquals(endedBy, "ada@example.org");
  assertEquals((await it.ask(LOCAL, "/api/v1/silences", request)).by, "eve");
});
