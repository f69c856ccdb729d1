import { assertEquals, assertStringIncludes } from "@std/assert";
import { asset, define } from "engine";
import { appOn, call } from "./fake.ts";

async function app() {
  const report = asset({ name: "report", materialize: () => 1 });
  const a = appOn(define({ report }), (ledger) => ledger);
  const about = { kind: "late", severity: "error", asset: "report", run: null } as const;
  await a.ledger.open({ ...about, episode: "late:report", title: "report is late", message: "" });
  return a;
}

Deno.test("alerts list tells what is open, and with --all what is over", async () => {
  const a = await app();
  assertStringIncludes((await call(a, "alerts")).out, "report is late");
  await a.ledger.resolve("late:report");
  assertStringIncludes((await call(a, "alerts list")).err, "Nothing is wrong");
  assertStringIncludes((await call(a, "alerts list --all")).out, "resolved");
  assertEquals(JSON.parse((await call(a, "alerts --all --json")).out)[0].episode, "late:report");
});

Deno.test("alerts ack remembers who looks after one, and the first stays", async () => {
  const a = await app();
  const { out } = await call(a, "alerts ack 1 --by ada --note mending");
  assertEquals(out, "ada looks after alert 1: report is late");
  assertStringIncludes((await call(a, "alerts ack 1 --by bob")).out, "ada looks after");
  assertStringIncludes((await call(a, "alerts")).out, "seen by ada");
  const [alert] = await a.ledger.alerts(1);
  assertEquals([alert?.acknowledgedBy, alert?.note], ["ada", "mending"]);
});

Deno.test("alerts silence keeps some from being told, until its time or unsilence", async () => {
  const a = await app();
  const words = "alerts silence --asset rep* --for 1h --reason upgrade --by ada";
  assertStringIncludes((await call(a, words)).out, "Silence 1: asset rep* until");
  assertStringIncludes((await call(a, "alerts")).out, "silence 1");
  const listed = await call(a, "alerts silences");
  assertStringIncludes(listed.out, "upgrade");
  assertStringIncludes(listed.out, "holds");
  assertEquals((await call(a, "alerts unsilence 1 --by bob")).out, "Silence 1 is over");
  assertEquals((await a.ledger.silences()).map((s) => [s.by, s.endedBy]), [["ada", "bob"]]);
  assertEquals((await call(a, "alerts unsilence 1")).code === 0, false);
});

Deno.test("alerts set chooses a value of a rule, and --default lets the environment decide again", async () => {
  const a = await app();
  assertStringIncludes((await call(a, "alerts rules")).out, "built in");
  const { out } = await call(a, "alerts set queue 30m --by ada");
  assertEquals(out, "queue is 30m (ada, instead of 15m)");
  const listed = JSON.parse((await call(a, "alerts rules --json")).out);
  const { name, value, source, by, setting } = listed[0];
  assertEquals([name, value, source, by, setting], [
    "queue",
    "30m",
    "people",
    "ada",
    "AURORA_ALERT_QUEUE",
  ]);
  assertEquals((await call(a, "alerts set queue --default")).out, "queue is 15m (built in)");
});

Deno.test("alerts refuses what makes no sense, with what would", async () => {
  const a = await app();
  const cases = [
    ["alerts mute", "it is one of list, ack, silence"],
    ["alerts ack", 'as "alerts ack 7"'],
    ["alerts list 7", "it takes no id"],
    ["alerts set", 'as "alerts set queue 30m"'],
    ["alerts set queue", "say a value"],
    ["alerts set queue 30m --default", "or --default"],
    ["alerts set queue soon", '"soon" is not a time like "15m"'],
    ["alerts set queu 30m", 'did you mean "queue"?'],
    ["alerts ack 99", 'Cannot find open alert "99"'],
    ["alerts ack x", 'Cannot find open alert "x"'],
    ["alerts silence --asset a", "say why by --reason"],
    ["alerts silence --reason why", "no kind, severity, asset or episode is given"],
    ["alerts silence --kind late --reason why --for soon", 'not like "30m"'],
    ["alerts silence --kind late --reason why --until 2001-01-01", "no instant to come"],
    ["alerts silence --kind late --reason why --for 1h --until 2999-01-01", "give either until"],
  ] as const;
  for (const [words, says] of cases) {
    const { code, err } = await call(a, words);
    assertEquals(code === 0, false, words);
    assertStringIncludes(err, says);
  }
  assertEquals(await a.ledger.silences(), []);
});

Deno.test("alerts test says what each channel made of it", async () => {
  const a = await app();
  // What a server does meanwhile.
  const told = (async () => {
    for (;;) {
      const found = (await a.ledger.alerts(5)).find((x) => x.kind === "test");
      if (found) {
        await a.ledger.told(found.id, "open", "smtp");
        const at = { alert: found.id, phase: "open", channel: "webhook" } as const;
        return await a.ledger.untold(at, { error: "it answered 503", nextAt: new Date() });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const { out, code } = await call(a, "alerts test --by ada");
  await told;
  assertStringIncludes(out, "smtp: told");
  assertStringIncludes(out, "webhook: failed: it answered 503");
  assertEquals(code, 1);
});
