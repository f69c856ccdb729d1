import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type AlertChannel,
  asset,
  check,
  choose,
  define,
  type Definitions,
  fail,
  freshness,
  type Ledger,
  logChannel,
  nextTick,
  partitions,
  pass,
  submissionOf,
  watch,
} from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "../run/work_all.ts";

/** A channel that keeps what it is told; `isDown` makes it unreachable. */
function channel(name: string) {
  const told: string[] = [];
  const it = {
    name,
    told,
    isDown: false,
    send: ((alert, phase) => {
      if (it.isDown) return Promise.reject(new Error(`${name} is down`));
      told.push(`${phase} ${alert.episode}`);
      return Promise.resolve();
    }) as AlertChannel["send"],
  };
  return it;
}

/** What the code of the fixture does; tests turn it. */
const turned = () => ({ broken: false, plausible: true, attempts: 1 });

function setUp(knobs = turned()) {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const daily = partitions.daily({ start: "2025-01-20" });
  const mood = asset({
    name: "models/mood",
    partitions: daily,
    retry: { attempts: knobs.attempts, delay: "1m", jitter: 0 },
    materialize() {
      if (knobs.broken) throw new RangeError("Cannot train: 0 rows");
      return 1;
    },
  });
  const plausible = check(mood, {
    name: "plausible",
    severity: "critical",
    run: () => knobs.plausible ? pass() : fail("mae is below zero"),
  });
  const report = asset({
    name: "quality/report",
    freshness: freshness({ within: "10h" }),
    materialize: () => 1,
  });
  const definitions = define({ mood, plausible, report });
  const mail = channel("mail");
  const trouble: unknown[] = [];
  const onTrouble = (e: unknown) => trouble.push(e);
  const o = { definitions, ledger, channels: [mail], next: nextTick, onTrouble };
  return {
    ...o,
    clock,
    knobs,
    mail,
    trouble,
    mood,
    report,
    look: (channels: readonly AlertChannel[] = o.channels) => watch({ ...o, channels }, clock.at),
    forward: (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms)),
    submit: (name: string, partition = "") =>
      submit(definitions, ledger, { name, partition, at: clock.at }),
    work: () => workAll({ definitions, ledger, now: () => clock.at }),
  };
}

async function submit(
  definitions: Definitions,
  ledger: Ledger,
  { name, partition, at }: { readonly name: string; readonly partition: string; readonly at: Date },
) {
  const it = definitions.asset(name);
  const key = it.partitions.parse(partition);
  const targets = [{ asset: it, key, partition, reason: "asked for" }];
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  return (await ledger.submit(submissionOf(definitions, targets, asking, at))).run;
}

type Bench = ReturnType<typeof setUp>;

async function run(b: Bench, name: string, partition = "") {
  await b.submit(name, partition);
  await b.work();
}

const HOUR = 3_600_000;

Deno.test("watch() opens a late episode once however often one looks, and ends it once", async () => {
  const b = setUp();
  await run(b, "quality/report");
  await b.look();
  b.forward(10 * HOUR);
  for (let i = 0; i < 5; i++) {
    await b.look();
    b.forward(1_000);
  }
  assertEquals(b.mail.told, ["open late:quality/report"]);
  const [alert] = await b.ledger.alerts(10);
  assertEquals([alert!.title, alert!.message], [
    '"quality/report" is late',
    "built 10 h ago, late by 0 ms",
  ]);
  await run(b, "quality/report");
  for (let i = 0; i < 3; i++) await b.look();
  assertEquals(b.mail.told, ["open late:quality/report", "resolved late:quality/report"]);
});

Deno.test("watch() opens a new episode when the same thing is wrong again", async () => {
  const b = setUp();
  for (let i = 0; i < 2; i++) {
    await run(b, "quality/report");
    await b.look();
    b.forward(11 * HOUR);
    await b.look();
  }
  assertEquals(b.mail.told.length, 3);
  assertEquals((await b.ledger.alerts(10)).length, 2);
});

Deno.test("watch() counts the promise of what was never built from when it was first seen", async () => {
  const b = setUp();
  await b.look();
  b.forward(9 * HOUR);
  await b.look();
  assertEquals(b.mail.told, []);
  b.forward(1 * HOUR);
  await b.look();
  assertEquals(b.mail.told, ["open late:quality/report"]);
});

Deno.test("watch() opens a failed episode with the error, and ends it at the next success", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  await b.look();
  assertEquals(b.mail.told, ["open failed:models/mood"]);
  const [alert] = await b.ledger.alerts(1);
  assertStringIncludes(alert!.message, "Cannot train: 0 rows");
  assertEquals(alert!.run, "1");
  b.knobs.broken = false;
  b.forward(1_000);
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  assertEquals(b.mail.told, ["open failed:models/mood", "resolved failed:models/mood"]);
});

Deno.test("watch() keeps a failed episode when the day is over, until a newer slice succeeds", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  b.forward(25 * HOUR);
  await b.look();
  const mine = () => b.mail.told.filter((t) => t.endsWith("failed:models/mood"));
  assertEquals(mine(), ["open failed:models/mood"], "that a day is over mends nothing");
  b.knobs.broken = false;
  await run(b, "models/mood", "2025-01-26");
  await b.look();
  assertEquals(mine().length, 1, "an older slice tells nothing");
  await run(b, "models/mood", "2025-01-28");
  await b.look();
  assertEquals(mine(), ["open failed:models/mood", "resolved failed:models/mood"]);
});

Deno.test("watch() tells of each member of a list that fails, also of one that was never built", async () => {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const broken = new Set(["eu"]);
  const sales = asset({
    name: "sales",
    partitions: partitions.of("eu", "uk", "us"),
    materialize(_, { partition }) {
      if (broken.has(partition)) throw new RangeError(`Cannot read ${partition}`);
      return 1;
    },
  });
  const sound = check(sales, {
    name: "sound",
    severity: "critical",
    run: (_, { partition }) => partition === "uk" ? fail("no sale") : pass(),
  });
  const definitions = define({ sales, sound });
  const mail = channel("mail");
  const make = async (partition: string) => {
    clock.at = new Date(clock.at.getTime() + 60_000);
    await submit(definitions, ledger, { name: "sales", partition, at: clock.at });
    await workAll({ definitions, ledger, now: () => clock.at });
    await watch({ definitions, ledger, channels: [mail], next: nextTick }, clock.at);
  };
  for (const member of ["eu", "uk", "us"]) await make(member);
  assertEquals(mail.told, ["open failed:sales:eu", "open check:sales:sound:uk"]);
  broken.add("us");
  await make("us");
  assertEquals(mail.told.at(-1), "open failed:sales:us", "another member is another episode");
  broken.clear();
  await make("eu");
  assertEquals(mail.told.at(-1), "resolved failed:sales:eu");
});

Deno.test("watch() judges a critical check of days crossed with regions by the newest day of each", async () => {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const day = partitions.daily({ start: "2025-01-20" });
  const sales = asset({
    name: "sales",
    partitions: partitions.cross({ day, region: partitions.of("eu", "us") }),
    materialize: () => 1,
  });
  const sound = check(sales, {
    name: "sound",
    severity: "critical",
    run: (_, { partition }) => partition.day === "2025-01-26" ? fail("no sale") : pass(),
  });
  const definitions = define({ sales, sound });
  const look = async (partition: string) => {
    await submit(definitions, ledger, { name: "sales", partition, at: clock.at });
    await workAll({ definitions, ledger, now: () => clock.at });
    await watch({ definitions, ledger, channels: [], next: nextTick }, clock.at);
    const open = (await ledger.alerts(9)).filter((a) => a.resolvedAt === null);
    return open.map((a) => a.episode).sort();
  };
  assertEquals(await look("2025-01-26|eu"), ["check:sales:sound:eu"]);
  assertEquals((await look("2025-01-26|us")).length, 2);
  assertEquals(await look("2025-01-27|eu"), ["check:sales:sound:us"], "an old day is history");
});

Deno.test("watch() keeps an episode while the failed slice is being tried again", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  await b.submit("models/mood", "2025-01-27");
  await b.look();
  b.forward(1_000);
  await b.work();
  await b.look();
  assertEquals(b.mail.told, ["open failed:models/mood"]);
});

Deno.test("watch() opens nothing for a failure that is retried", async () => {
  const b = setUp({ ...turned(), broken: true, attempts: 2 });
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  assertEquals(b.mail.told, []);
  b.forward(60_000);
  await b.work();
  await b.look();
  assertEquals(b.mail.told, ["open failed:models/mood"]);
});

Deno.test("watch() judges a critical check by the newest slice alone", async () => {
  const b = setUp();
  b.knobs.plausible = false;
  await run(b, "models/mood", "2025-01-26");
  await b.look();
  assertEquals(b.mail.told, ["open check:models/mood:plausible"]);
  b.knobs.plausible = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  assertEquals(b.mail.told.at(-1), "resolved check:models/mood:plausible");
  b.knobs.plausible = false;
  await run(b, "models/mood", "2025-01-25");
  await b.look();
  assertEquals(b.mail.told.length, 2);
});

Deno.test("watch() tells of a version that a critical check withheld as one episode", async () => {
  const clock = new Date("2025-01-28T00:00:00Z");
  await using ledger = memoryLedger({ now: () => clock });
  const mood = asset({ name: "mood", materialize: () => 1 });
  const gate = check(mood, {
    name: "gate",
    severity: "critical",
    blocking: true,
    run: () => fail("worse than the mean"),
  });
  const definitions = define({ mood, gate });
  await submit(definitions, ledger, { name: "mood", partition: "", at: clock });
  await workAll({ definitions, ledger, now: () => clock });
  await watch({ definitions, ledger, channels: [], next: nextTick }, clock);
  assertEquals((await ledger.alerts(10)).map((a) => a.episode), ["check:mood:gate"]);
});

Deno.test("watch() ends the episode of a check that is not declared any more", async () => {
  const b = setUp();
  b.knobs.plausible = false;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  const definitions = define({ mood: b.mood, report: b.report });
  await watch({ ...b, definitions }, b.clock.at);
  assertEquals(b.mail.told.at(-1), "resolved check:models/mood:plausible");
});

Deno.test("watch() leaves alone what others opened", async () => {
  const b = setUp();
  const disk = {
    episode: "disk",
    kind: "other",
    severity: "error",
    asset: null,
    run: null,
  } as const;
  await b.ledger.open({ ...disk, title: "disk full", message: "" });
  await b.look();
  await b.look();
  assertEquals(b.mail.told, ["open disk"]);
});

Deno.test("watch() of another server that begins with nothing tells nothing twice", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  const again = channel("mail");
  await b.look([again]);
  assertEquals([b.mail.told, again.told], [["open failed:models/mood"], []]);
  b.knobs.broken = false;
  b.forward(1_000);
  await run(b, "models/mood", "2025-01-27");
  await b.look([again]);
  assertEquals(again.told, ["resolved failed:models/mood"]);
});

Deno.test("watch() of two servers at once tells once", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  const other = channel("mail");
  const looked = await Promise.all([b.look(), b.look([other]), b.look(), b.look([other])]);
  assertEquals(looked.filter(Boolean).length, 1);
  assertEquals([...b.mail.told, ...other.told], ["open failed:models/mood"]);
});

Deno.test("watch() takes over from a server that died while it looked", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  const value = { known: {}, until: new Date(b.clock.at.getTime() + 60_000).toISOString() };
  const move = { name: "watch:alerts", revision: 0, value, result: "looked" };
  await b.ledger.advance({ ...move, outcome: "skipped", submissions: [] });
  assertEquals(await b.look(), false);
  b.forward(60_000);
  assert(await b.look());
  assertEquals(b.mail.told, ["open failed:models/mood"]);
});

Deno.test("watch() tells a channel later that could not be reached, and the others at once", async () => {
  const b = setUp();
  const hook = channel("hook");
  b.mail.isDown = true;
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look([b.mail, hook]);
  assertEquals([b.mail.told, hook.told, b.trouble.length], [[], ["open failed:models/mood"], 1]);
  b.mail.isDown = false;
  await b.look([b.mail, hook]);
  assertEquals(b.mail.told, [], "not before 15 s");
  b.forward(15_000);
  await b.look([b.mail, hook]);
  await b.look([b.mail, hook]);
  assertEquals([b.mail.told, hook.told.length], [["open failed:models/mood"], 1]);
});

Deno.test("watch() tries a channel that is down once a look, however much there is to tell", async () => {
  const b = setUp();
  b.mail.isDown = true;
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await run(b, "quality/report");
  await b.look();
  b.forward(11 * HOUR);
  await b.look();
  assertEquals((await b.ledger.alerts(10)).length, 2);
  assertEquals(b.trouble.length, 2);
});

Deno.test("watch() tells the end alone of what was over before the channel could be reached", async () => {
  const b = setUp();
  b.mail.isDown = true;
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  b.knobs.broken = false;
  b.forward(1_000);
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  b.mail.isDown = false;
  b.forward(15_000);
  await b.look();
  await b.look();
  assertEquals(b.mail.told, ["resolved failed:models/mood"]);
});

Deno.test("watch() tells a channel that is added later what is open, not what is over", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  b.knobs.broken = false;
  b.forward(1_000);
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  b.forward(48 * HOUR);
  await b.look();
  const hook = channel("hook");
  b.forward(48 * HOUR);
  await b.look([b.mail, hook]);
  assertEquals(hook.told, ["open late:quality/report"]);
});

Deno.test("watch() does not tell a channel that was away what was over a day ago", async () => {
  const b = setUp();
  b.mail.isDown = true;
  await run(b, "quality/report");
  for (let i = 0; i < 4; i++) {
    b.forward(11 * HOUR);
    await b.look();
    await run(b, "quality/report");
    await b.look();
  }
  b.mail.isDown = false;
  b.forward(15 * 60_000);
  await b.look();
  const late = (await b.ledger.alerts(10)).filter((a) => a.kind === "late");
  assertEquals(late.length, 4);
  assertEquals(b.mail.told, Array(3).fill("resolved late:quality/report"));
});

Deno.test("watch() tells the other channels of one that fails, and when it is back", async () => {
  const b = setUp();
  const hook = channel("hook");
  const look = () => b.look([b.mail, hook]);
  b.mail.isDown = true;
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  for (const seconds of [0, 15, 30]) {
    b.forward(seconds * 1_000);
    await look();
  }
  assertEquals(hook.told, ["open failed:models/mood", "open channel:mail"]);
  const [delivery] = await b.ledger.deliveries();
  assertEquals([delivery?.channel, delivery?.failures, delivery?.error], [
    "mail",
    3,
    "mail is down",
  ]);
  b.mail.isDown = false;
  b.forward(60_000);
  await look();
  await look();
  assertEquals(b.mail.told, ["open failed:models/mood"]);
  assertEquals(hook.told.at(-1), "resolved channel:mail");
});

Deno.test("watch() waits longer after each failure, also when the server starts again", async () => {
  const b = setUp();
  b.mail.isDown = true;
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  // Each look is by another server: nothing is kept but in the ledger.
  for (let second = 0; second < 5 * 60; second++) {
    await b.look([channel("hook"), { ...b.mail }]);
    b.forward(1_000);
  }
  assertEquals(b.trouble.length, 5, "at 0, 15, 45, 105 and 225 s");
});

Deno.test("watch() tells many that begin at once in one notice", async () => {
  const b = setUp();
  const heard: [title: string, group: number][] = [];
  const send: AlertChannel["send"] = (alert, _phase, group = []) => {
    heard.push([alert.title, group.length]);
    return Promise.resolve();
  };
  for (const n of [1, 2, 3, 4]) {
    const about = { kind: "other", severity: "error", asset: "a", run: null, message: "" } as const;
    await b.ledger.open({ ...about, episode: `other:${n}`, title: `thing ${n}` });
  }
  await b.look([{ name: "chat", send }]);
  await b.look([{ name: "chat", send }]);
  assertEquals(heard, [["4 alerts: thing 1 and 3 more", 4]]);
  assertEquals((await b.ledger.alerts(9)).map((a) => a.openSent), Array(4).fill(["chat"]));
});

Deno.test("watch() escalates and repeats what nobody looks after", async () => {
  const b = setUp();
  const pager = { ...channel("pager"), policy: { afterMs: 30 * 60_000 } };
  const mail = { ...channel("post"), policy: { repeatMs: HOUR } };
  const look = async (minutes: number) => {
    b.forward(minutes * 60_000);
    await b.look([mail, pager]);
  };
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  for (const minutes of [0, 29, 1, 29, 1]) await look(minutes);
  assertEquals([mail.told.length, pager.told.length], [2, 1]);
  const [alert] = await b.ledger.alerts(1);
  await b.ledger.acknowledge(alert!.id, { by: "ada", note: "" });
  for (let i = 0; i < 5; i++) await look(60);
  const episodes = mail.told.filter((t) => t.includes("failed:"));
  assertEquals(episodes.length, 2, "not again");
});

Deno.test("watch() ends an alert that tries the channels after a minute, told at both ends", async () => {
  const b = setUp();
  const about = { kind: "test", severity: "warning", asset: null, run: null } as const;
  await b.ledger.open({ ...about, episode: "test:1", title: "A test", message: "" });
  for (let i = 0; i < 4; i++) {
    await b.look();
    b.forward(20_000);
  }
  await b.look();
  assertEquals(b.mail.told, ["open test:1", "resolved test:1"]);
});

Deno.test("watch() of every server goes by what people chose, from its next look on", async () => {
  const b = setUp({ ...turned(), broken: true });
  const rule = {
    name: "mail.severity",
    kind: "severity",
    about: "",
    value: "warning",
    setting: "",
    isSet: false,
  } as const;
  const choice = { name: rule.name, by: "ada", now: b.clock.at };
  await choose(b.ledger, [rule], { ...choice, value: "critical" });
  await run(b, "models/mood", "2025-01-27");
  await b.look();
  assertEquals(b.mail.told, [], "it is an error");
  b.forward(1_000);
  const other = channel("mail");
  await choose(b.ledger, [rule], { ...choice, value: "error" });
  await b.look([other]);
  assertEquals(
    other.told,
    ["open failed:models/mood"],
    "another server, told through the database",
  );
});

Deno.test("logChannel() tells an episode in one line", async () => {
  const b = setUp();
  b.knobs.broken = true;
  await run(b, "models/mood", "2025-01-27");
  const lines: string[] = [];
  await b.look([logChannel((line) => lines.push(line))]);
  assertEquals(lines, [
    'alert 1 error: "models/mood" [2025-01-27] failed | ' +
    'Cannot run asset "models/mood" [2025-01-27]: Cannot train: 0 rows',
  ]);
});
