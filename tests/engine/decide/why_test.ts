import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Why } from "../../../engine/decide/why.ts";
import type { ReasonKind } from "../../../engine/decide/why_facts.ts";
import { setPaused } from "../../../engine/ledger/switches.ts";
import { CHAIN, DAY, type Knobs, World } from "./why_world.ts";

/** A situation: what happened, and what must be told first and last. */
interface Situation {
  readonly when: string;
  readonly happened: (w: World) => Promise<unknown>;
  readonly knobs?: Knobs;
  /** The slice that is asked about; mood of the newest day unless given. */
  readonly of?: string;
  readonly at?: string;
  /** How it stands. */
  readonly stands: ReasonKind;
  /** The root cause. */
  readonly root: ReasonKind;
  readonly words: RegExp;
}

const [USERS, ACTIVITY, MOOD, REPORT] = CHAIN as [string, string, string, string];

/** The newest slice that is built is older than was promised. */
async function twoDaysOld(w: World): Promise<World> {
  w.later(-40 * 60);
  await w.run([USERS]);
  await w.run([ACTIVITY], { partition: "2025-01-25" });
  return w.later(40 * 60);
}

const SITUATIONS: readonly Situation[] = [
  {
    when: "an input was computed again",
    happened: async (w) => {
      await w.run(CHAIN);
      await w.later(5).edit({ users: 2 }).run([USERS], { reason: "new users" });
    },
    of: ACTIVITY,
    stands: "stale",
    root: "input_changed",
    words: /^"source\/users" changed at 06:05, by run 2 \(new users\)$/,
  },
  {
    when: "its code changed",
    happened: async (w) => (await w.run(CHAIN)).edit({ version: "2" }),
    of: ACTIVITY,
    stands: "stale",
    root: "code_changed",
    words: /^the code changed.* since run 1 built "features\/activity" \[2025-01-27\]$/,
  },
  {
    when: "its config changed",
    happened: async (w) => (await w.run(CHAIN)).edit({ days: 8 }),
    of: ACTIVITY,
    stands: "stale",
    root: "config_changed",
    words: /^the config changed/,
  },
  {
    when: "the code of an upstream changed",
    happened: async (w) => (await w.run(CHAIN)).edit({ version: "2" }),
    stands: "behind",
    root: "code_changed",
    words: /"features\/activity"/,
  },
  {
    when: "the code of something far above changed",
    happened: async (w) => (await w.run(CHAIN)).edit({ version: "2" }),
    of: REPORT,
    stands: "behind",
    root: "code_changed",
    words: /"features\/activity"/,
  },
  {
    when: "a source far above changed",
    happened: async (w) => {
      await w.run(CHAIN);
      await w.edit({ users: 2 }).run([USERS]);
    },
    of: REPORT,
    stands: "behind",
    root: "input_changed",
    words: /^"source\/users" changed/,
  },
  {
    when: "it threw",
    knobs: { broken: [MOOD] },
    happened: (w) => w.run(CHAIN),
    stands: "failed",
    root: "error",
    words: /Cannot train: 0 rows/,
  },
  {
    when: "it threw with a cause",
    knobs: {
      broken: [MOOD],
      error: new Error("Cannot train", { cause: new Error("connection refused") }),
    },
    happened: (w) => w.run(CHAIN),
    stands: "failed",
    root: "error",
    words: /^Error: connection refused$/,
  },
  {
    when: "all of its attempts failed",
    knobs: { broken: [ACTIVITY], attempts: 2 },
    happened: async (w) => {
      await w.run(CHAIN);
      await w.later(5).work();
    },
    of: ACTIVITY,
    stands: "failed",
    root: "error",
    words: /0 rows/,
  },
  {
    when: "its worker died with it three times",
    happened: async (w) => {
      await w.run([USERS, ACTIVITY]);
      await w.ask([MOOD]);
      for (let i = 0; i < 3; i++) await w.ledger.bury(await w.busy(), "the connection broke");
    },
    stands: "failed",
    root: "worker_lost",
    words: /killed its worker 3 times/,
  },
  {
    when: "an input of it failed in the same run",
    knobs: { broken: [ACTIVITY] },
    happened: (w) => w.run(CHAIN),
    stands: "skipped",
    root: "error",
    words: /0 rows/,
  },
  {
    when: "something far above failed in the same run",
    knobs: { broken: [ACTIVITY] },
    happened: (w) => w.run(CHAIN),
    of: REPORT,
    stands: "skipped",
    root: "error",
    words: /0 rows/,
  },
  {
    when: "a blocking check failed",
    knobs: { plausible: false },
    happened: (w) => w.run(CHAIN),
    stands: "blocked",
    root: "check_failed",
    words: /^check "plausible" failed: mae is below zero$/,
  },
  {
    when: "an input of it was withheld later",
    happened: async (w) => {
      await w.run(CHAIN);
      await w.edit({ plausible: false }).run([MOOD]);
    },
    of: REPORT,
    stands: "behind",
    root: "check_failed",
    words: /mae is below zero/,
  },
  {
    when: "somebody cancelled its run",
    happened: async (w) => w.ledger.cancel(await w.ask(CHAIN), "ada"),
    stands: "cancelled",
    root: "asked_for",
    words: /Cancelled by ada/,
  },
  {
    when: "nothing asks for it by itself",
    happened: (w) => w.run([USERS, ACTIVITY]),
    stands: "missing",
    root: "no_automation",
    words: /^nothing asks for "models\/mood" by itself/,
  },
  {
    when: "its job has not ticked yet",
    knobs: { job: true },
    happened: (w) => w.run([USERS, ACTIVITY]),
    stands: "missing",
    root: "next_tick",
    words: /^schedule "nightly" asks for it at its next tick, 2025-01-29 02:00$/,
  },
  {
    when: "its schedule is paused",
    knobs: { job: true },
    happened: async (w) => {
      await w.run([USERS, ACTIVITY]);
      await setPaused(w.ledger, "schedule:nightly", { paused: true, by: "ada", now: w.now });
    },
    stands: "missing",
    root: "schedule_paused",
    words: /^schedule "nightly" is paused$/,
  },
  {
    when: "its schedule fails",
    knobs: { job: true },
    happened: async (w) => {
      await w.run([USERS, ACTIVITY]);
      await w.ledger.advance({
        name: "schedule:nightly",
        revision: 0,
        value: { tick: w.now.toISOString() },
        result: "Cannot read cron",
        outcome: "failed",
        submissions: [],
      });
    },
    stands: "missing",
    root: "schedule_failed",
    words: /Cannot read cron/,
  },
  {
    when: "an input was never built",
    happened: () => Promise.resolve(),
    stands: "missing",
    root: "no_automation",
    words: /"features\/activity"/,
  },
  {
    when: "the slice has not ended",
    happened: (w) => w.run([USERS]),
    of: ACTIVITY,
    at: "2025-01-28",
    stands: "missing",
    root: "not_ended",
    words: /it does at 2025-01-29 00:00/,
  },
  {
    when: "the slice is history",
    happened: (w) => w.run([USERS]),
    of: ACTIVITY,
    at: "2025-01-22",
    stands: "missing",
    root: "history",
    words: /backfill/,
  },
  {
    when: "no worker is alive",
    happened: (w) => w.ask([USERS, ACTIVITY]),
    of: USERS,
    stands: "queued",
    root: "no_worker",
    words: /^no worker is alive/,
  },
  {
    when: "no worker takes its queue",
    knobs: { queue: "gpu" },
    happened: async (w) => {
      await w.run([USERS]);
      await w.ask([ACTIVITY]);
      await w.busy();
    },
    of: ACTIVITY,
    stands: "queued",
    root: "no_worker",
    words: /"gpu"/,
  },
  {
    when: "the workers have other code",
    happened: async (w) => {
      await w.ask([USERS], { code: "v2" });
      await w.busy({ code: "v1" });
    },
    of: USERS,
    stands: "queued",
    root: "no_worker",
    words: /^no living worker has the code with which it was planned \("v2"\)$/,
  },
  {
    when: "all slots are taken",
    happened: async (w) => {
      await w.ask([ACTIVITY]);
      await w.busy();
      await w.ask([USERS]);
    },
    of: USERS,
    stands: "queued",
    root: "no_free_slot",
    words: /^all 1 slots of queue "default"/,
  },
  {
    when: "its pool is full",
    knobs: { slots: 1 },
    happened: async (w) => {
      await w.run([USERS, ACTIVITY]);
      await w.ask([MOOD]);
      await w.busy({ slots: 4 });
      await w.ask([ACTIVITY], { partition: "2025-01-26" });
    },
    of: ACTIVITY,
    at: "2025-01-26",
    stands: "queued",
    root: "pool_full",
    words:
      /^it takes 1 of the 1 slots of pool "warehouse", taken by "models\/mood" \[2025-01-27\] \(1\) in run 2$/,
  },
  {
    when: "a worker is free",
    happened: async (w) => {
      await w.ask([USERS]);
      await w.busy({ claims: 0 });
    },
    of: USERS,
    stands: "queued",
    root: "about_to_start",
    words: /within a second/,
  },
  {
    when: "an input of it runs in another run",
    happened: async (w) => {
      await w.run([USERS]);
      await w.ask([ACTIVITY]);
      await w.busy();
      await w.ask([ACTIVITY, MOOD]);
    },
    stands: "waiting",
    root: "same_slice_running",
    words: /the same slice runs since 06:00 in run 2/,
  },
  {
    when: "it is tried again later",
    knobs: { broken: [ACTIVITY], attempts: 3 },
    happened: (w) => w.run([ACTIVITY]),
    of: ACTIVITY,
    stands: "queued",
    root: "retry_later",
    words: /^attempt 1 failed: .*0 rows; it is tried again at 06:00:30$/,
  },
  {
    when: "an input of it runs",
    happened: async (w) => {
      await w.ask([ACTIVITY, MOOD]);
      await w.busy();
    },
    stands: "waiting",
    root: "upstream_running",
    words: /^"features\/activity" \[2025-01-27\] runs since 06:00 on worker 1 in run 1$/,
  },
  {
    when: "what is far above it has no worker",
    happened: (w) => w.ask(CHAIN),
    of: REPORT,
    stands: "waiting",
    root: "no_worker",
    words: /no worker is alive/,
  },
  {
    when: "another run of its job is active",
    knobs: { job: true },
    happened: async (w) => {
      await w.ask([ACTIVITY], { job: true });
      await w.ask([ACTIVITY, MOOD], { job: true });
    },
    stands: "waiting",
    root: "job_limit",
    words: /^run 1 of job "nightly" is still active, which allows 1 at once$/,
  },
  {
    when: "it runs",
    happened: async (w) => {
      await w.ask([MOOD], { trigger: "schedule", by: "nightly", reason: "it was 02:00" });
      await w.busy();
    },
    stands: "running",
    root: "asked_for",
    words: /^run 1 was asked for by schedule "nightly": it was 02:00; asked for$/,
  },
  {
    when: "a sensor asked for it",
    happened: (w) => w.run(CHAIN, { trigger: "sensor", by: "arrivals", reason: "3 new events" }),
    stands: "rebuilt",
    root: "asked_for",
    words: /by sensor "arrivals": 3 new events/,
  },
  {
    when: "a person asked for it",
    happened: (w) => w.run(CHAIN, { trigger: "ui" }),
    stands: "rebuilt",
    root: "asked_for",
    words: /by a person \(ui\)/,
  },
  {
    when: "its promise is broken and nothing asks for it",
    knobs: { promise: true },
    happened: twoDaysOld,
    of: ACTIVITY,
    stands: "late",
    root: "no_automation",
    words: /^nothing asks for "features\/activity"/,
  },
  {
    when: "its promise is broken since it fails",
    knobs: { promise: true },
    happened: async (w) => {
      await twoDaysOld(w);
      await w.edit({ broken: [ACTIVITY] }).run([ACTIVITY]);
    },
    of: ACTIVITY,
    stands: "late",
    root: "error",
    words: /0 rows/,
  },
  {
    when: "its condition waits for an input that runs",
    knobs: { eager: true },
    happened: async (w) => {
      await w.run([USERS, ACTIVITY, MOOD]);
      await w.ask([MOOD]);
      await w.busy();
    },
    of: REPORT,
    stands: "missing",
    root: "asked_for",
    words: /^run 2 was asked for by a person \(cli\)/,
  },
  {
    when: "it reads the same otherwise",
    happened: async (w) => (await w.run(CHAIN)).edit({ strict: true }),
    of: REPORT,
    stands: "stale",
    root: "deps_changed",
    words:
      /^what it reads is declared otherwise since run 1 built "quality\/report" \[2025-01-27\]$/,
  },
  {
    when: "it reads something that it did not read before",
    happened: async (w) => {
      await w.run([...CHAIN, "source/postal_code"]);
      w.edit({ also: "source/postal_code" });
    },
    stands: "stale",
    root: "input_changed",
    words: /^"source\/postal_code" is a new input/,
  },
  {
    when: "it does not read something any more",
    knobs: { also: "source/postal_code" },
    happened: async (w) => {
      await w.run([...CHAIN, "source/postal_code"]);
      w.edit({ also: undefined });
    },
    stands: "stale",
    root: "input_changed",
    words: /^the input "source\/postal_code" is gone$/,
  },
  {
    when: "it is stale and somebody cancelled the run that would have mended it",
    happened: async (w) => {
      await w.run(CHAIN);
      await w.edit({ users: 2 }).run([USERS]);
      await w.ledger.cancel(await w.ask([ACTIVITY]), "ada");
    },
    of: ACTIVITY,
    stands: "cancelled",
    root: "asked_for",
    words: /Cancelled by ada/,
  },
  {
    when: "its condition is paused",
    knobs: { eager: true },
    happened: async (w) => {
      await w.run([USERS, ACTIVITY, MOOD]);
      await setPaused(w.ledger, "condition:quality/report", {
        paused: true,
        by: "ada",
        now: w.now,
      });
    },
    of: REPORT,
    stands: "missing",
    root: "condition_waits",
    words: /^the condition of "quality\/report" is paused$/,
  },
  {
    when: "its condition holds and is looked at soon",
    knobs: { eager: true },
    happened: (w) => w.run([USERS, ACTIVITY, MOOD]),
    of: REPORT,
    stands: "missing",
    root: "condition_waits",
    words: /^the condition of "quality\/report" holds: it is looked at within 30 s$/,
  },
  {
    when: "a backfill asked for it",
    happened: (w) => w.run(CHAIN, { trigger: "backfill", by: "7", reason: "January again" }),
    stands: "rebuilt",
    root: "asked_for",
    words: /^run 1 was asked for by backfill "7": January again; asked for$/,
  },
  {
    when: "its condition asked for it",
    happened: (w) => w.run(CHAIN, { trigger: "condition", by: REPORT, reason: "mood changed" }),
    of: REPORT,
    stands: "rebuilt",
    root: "asked_for",
    words: /by condition "quality\/report": mood changed/,
  },
  {
    when: "its promise is broken since its schedule is paused",
    knobs: { promise: true, job: true },
    happened: async (w) => {
      await twoDaysOld(w);
      await setPaused(w.ledger, "schedule:nightly", { paused: true, by: "ada", now: w.now });
    },
    of: ACTIVITY,
    stands: "late",
    root: "schedule_paused",
    words: /^schedule "nightly" is paused$/,
  },
  {
    when: "its promise is broken since no worker takes it",
    knobs: { promise: true },
    happened: async (w) => {
      await twoDaysOld(w);
      await w.ask([ACTIVITY]);
    },
    of: ACTIVITY,
    stands: "late",
    root: "no_worker",
    words: /^no worker is alive/,
  },
  {
    when: "its promise is broken while it is tried again",
    knobs: { promise: true, attempts: 3 },
    happened: async (w) => {
      await twoDaysOld(w);
      await w.edit({ broken: [ACTIVITY] }).run([ACTIVITY]);
    },
    of: ACTIVITY,
    stands: "late",
    root: "retry_later",
    words: /^attempt 1 failed: .*0 rows; it is tried again at/,
  },
  {
    when: "it belongs to others",
    happened: () => Promise.resolve(),
    of: "source/ads",
    stands: "missing",
    root: "external",
    words: /belongs to others/,
  },
];

async function told(s: Situation): Promise<Why> {
  const world = new World({ ...s.knobs });
  await s.happened(world);
  return await world.why(s.of ?? MOOD, s.at ?? DAY);
}

for (const s of SITUATIONS) {
  Deno.test(`why() tells the root cause first when ${s.when}`, async () => {
    const { reason, chain } = await told(s);
    const text = chain.map((r) => `${r.kind}: ${r.words}`).join("\n");
    assertEquals(reason.kind, s.stands, text);
    assertEquals(chain[0]!.kind, s.root, text);
    assertMatch(chain[0]!.words, s.words, text);
    assertEquals(chain.at(-1), reason);
  });
}

Deno.test("why() has at least thirty situations to tell apart", () => {
  assert(SITUATIONS.length >= 30);
  assert(new Set(SITUATIONS.map((s) => s.root)).size >= 20);
  const of = (...kinds: ReasonKind[]) => SITUATIONS.filter((s) => kinds.includes(s.stands)).length;
  assert(of("stale", "behind") >= 6);
  assert(of("waiting", "queued") >= 6);
  assert(of("missing") >= 6);
  assert(of("rebuilt") >= 4);
  assert(of("failed", "blocked", "skipped") >= 6);
  assert(of("late") >= 5);
});

Deno.test("why() takes no input for code because of its name", async () => {
  const world = new World({ also: "source/postal_code" });
  await world.run([...CHAIN, "source/postal_code"]);
  await world.edit({ users: 2, model: "2" }).run(["source/postal_code"], { reason: "new codes" });
  const { reason } = await world.why(MOOD);
  assertEquals(reason.because.slice(0, 2).map((r) => r.kind), ["code_changed", "input_changed"]);
  assertMatch(
    reason.because[1]!.words,
    /^"source\/postal_code" changed .* by run 2 \(new codes\)$/,
  );
});

Deno.test("why() tells every link of the chain and what else holds it back", async () => {
  const world = new World({ job: true });
  await world.run(CHAIN);
  await world.edit({ version: "2" });
  const { chain } = await world.why(REPORT);
  assertEquals(chain.map((r) => [r.kind, r.asset]), [
    ["code_changed", ACTIVITY],
    ["stale", ACTIVITY],
    ["behind", MOOD],
    ["behind", REPORT],
  ]);
  const stale = chain[1]!;
  assertEquals(stale.because.map((r) => r.kind), ["code_changed", "next_tick"]);
});
