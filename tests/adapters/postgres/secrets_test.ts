// deno-lint-ignore-file no-console -- what code prints is what is tested
import { assert, assertEquals } from "@std/assert";
import {
  asset,
  check,
  define,
  fail,
  logChannel,
  nextTick,
  pass,
  secret,
  secretsFromEnv,
  sense,
  sensor,
  watch,
} from "engine";
import { connect } from "../../../adapters/postgres/connect.ts";
import { plan, step } from "../../../engine/ledger/contract/subject.ts";
import { workAll } from "../../engine/run/work_all.ts";
import { testLedger } from "../../services/ledger.ts";
import { everything, shown } from "./shown.ts";

/** Planted in everything that code can say. */
const PLANTED = [
  "planted-base-password",
  "planted&mail/pass",
  "planted-signing-key",
  "planted-token",
];
const [BASE, MAIL, KEY, TOKEN] = PLANTED as [string, string, string, string];

function declared() {
  const leaky = asset({
    name: "leaky",
    materialize(_, context) {
      console.log(`connecting to postgres://me:${BASE}@db/life with ${TOKEN}`);
      console.error("mail", { url: `smtp://post:${encodeURIComponent(MAIL)}@host`, pass: MAIL });
      context.log("signed", { key: KEY, header: `Bearer ${TOKEN}`, password: "4711" });
      context.report({ signed_with: KEY, rows: 3 });
      return { rows: 3 };
    },
  });
  const plausible = check(leaky, {
    name: "plausible",
    severity: "critical",
    run: () => fail(`refused by ${TOKEN}`, { asked: `with ${KEY}` }),
  });
  const sound = check(leaky, { name: "sound", run: () => pass({ by: TOKEN }) });
  const broken = asset({
    name: "broken",
    materialize(): never {
      const cause = new Error(`login as ${MAIL}`, { cause: new Error(`token ${TOKEN}`) });
      throw new TypeError(`Cannot reach postgres://me:${BASE}@db`, { cause });
    },
  });
  const failing = sensor({
    name: "failing",
    every: "1m",
    cursor: null,
    // deno-lint-ignore require-yield -- it never gets so far
    async *evaluate() {
      await Promise.resolve();
      throw new Error(`401 for ${TOKEN}`, { cause: new Error(`as ${KEY}`) });
    },
  });
  return { definitions: define({ leaky, plausible, sound, broken, failing }), failing };
}

const run = (asset: string) => plan([step(asset)], { title: asset });

Deno.test("secrets are in no log, error, alert, page or answer, wherever code says them", async () => {
  secretsFromEnv({
    DATABASE_URL: `postgres://me:${BASE}@db/life`,
    AURORA_SMTP_URL: `smtp://post:${encodeURIComponent(MAIL)}@host:587`,
    AURORA_WEBHOOK_SECRET: KEY,
  });
  secret(TOKEN);
  await using made = await testLedger();
  const { ledger } = made;
  const sql = connect(made.url, { max: 2 });
  const printed: string[] = [];
  try {
    const { definitions, failing } = declared();
    const runs: string[] = [];
    for (const name of ["leaky", "broken"]) runs.push((await ledger.submit(run(name))).run);
    const now = () => new Date();
    assertEquals((await workAll({ definitions, ledger, now })).map((o) => o.state), [
      "success",
      "failed",
    ]);
    const sensing = { definitions, ledger, lender: { lend: () => Promise.resolve({}) } } as never;
    const signal = new AbortController().signal;
    for (let i = 0; i < 2; i++) await sense(sensing, failing, now(), signal);
    const channels = [logChannel((line) => printed.push(line))];
    assert(await watch({ definitions, ledger, channels, next: nextTick }, now()));
    const kept = await everything(sql);
    const seen = await shown(ledger, definitions, runs);
    // It is there, with something in the place of what is secret.
    for (const text of [kept, seen]) {
      for (
        const part of [
          "postgres://me:***@db",
          "Bearer ***",
          "login as ***",
          "refused by ***",
          "401 for ***",
        ]
      ) {
        assert(text.includes(part), part);
      }
    }
    assert(printed.some((line) => line.includes("***")), printed.join("\n"));
    for (const text of [kept, seen, printed.join("\n")]) {
      for (const planted of PLANTED.flatMap((p) => [p, encodeURIComponent(p), btoa(p)])) {
        const at = text.indexOf(planted);
        assertEquals(at < 0 ? "" : text.slice(Math.max(0, at - 200), at + 50), "", planted);
      }
      assert(!text.includes("4711"), "a field that is named as a password");
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
});
