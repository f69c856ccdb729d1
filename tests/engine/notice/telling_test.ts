import { assertEquals } from "@std/assert";
import {
  type AlertRecord,
  type ChannelPolicy,
  type DeliveryRecord,
  isMatched,
  retryMs,
  type SilenceRecord,
  tellings,
} from "engine";

const at = (minute: number) => new Date(Date.UTC(2025, 0, 28, 6, minute));

const alert = (changes: Partial<AlertRecord> = {}): AlertRecord => ({
  id: "1",
  episode: "late:a",
  kind: "late",
  severity: "error",
  asset: "a",
  run: null,
  title: "a is late",
  message: "",
  openedAt: at(0),
  resolvedAt: null,
  openSent: [],
  resolvedSent: [],
  acknowledgedAt: null,
  acknowledgedBy: null,
  note: null,
  ...changes,
});
const seen = { acknowledgedAt: at(1), acknowledgedBy: "ada", note: "" };
const over = { resolvedAt: at(20) };
const told = { openSent: ["mail"] };
const sent = (changes: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  alert: "1",
  phase: "open",
  channel: "mail",
  sends: 1,
  sentAt: at(0),
  failures: 0,
  error: null,
  nextAt: null,
  ...changes,
});
const silence = (changes: Partial<SilenceRecord> = {}): SilenceRecord => ({
  id: "1",
  matcher: { asset: "a" },
  reason: "upgrade",
  by: "ada",
  at: at(0),
  until: at(60),
  endedBy: null,
  ...changes,
});

interface Case {
  readonly says: string;
  readonly alert?: Partial<AlertRecord>;
  readonly policy?: ChannelPolicy;
  readonly deliveries?: readonly DeliveryRecord[];
  readonly silences?: readonly SilenceRecord[];
  readonly now?: Date;
  readonly since?: Date;
  readonly gives: "open" | "resolved" | null;
}

const CASES: readonly Case[] = [
  { says: "what begins is told", gives: "open" },
  { says: "and once", alert: told, deliveries: [sent()], gives: null },
  { says: "of others it does not matter", alert: { openSent: ["chat"] }, gives: "open" },
  { says: "what is over is told", alert: { ...told, ...over }, gives: "resolved" },
  {
    says: "and once",
    alert: { ...told, ...over, resolvedSent: ["mail"] },
    gives: null,
  },
  { says: "what was never told is told as over", alert: over, gives: "resolved" },
  { says: "not if the channel is newer", alert: over, since: at(21), gives: null },
  {
    says: "not after a day",
    alert: over,
    now: new Date(at(20).getTime() + 24 * 3_600_000),
    gives: null,
  },
  {
    says: "a repeat is due",
    alert: told,
    deliveries: [sent()],
    policy: { repeatMs: 30 * 60_000 },
    gives: "open",
  },
  {
    says: "a repeat is not due yet",
    alert: told,
    deliveries: [sent({ sentAt: at(1) })],
    policy: { repeatMs: 30 * 60_000 },
    gives: null,
  },
  {
    says: "no repeat of what somebody looks after",
    alert: { ...told, ...seen },
    deliveries: [sent()],
    policy: { repeatMs: 30 * 60_000 },
    gives: null,
  },
  { says: "escalated after its time", policy: { afterMs: 30 * 60_000 }, gives: "open" },
  { says: "not before it", policy: { afterMs: 30 * 60_000 + 1 }, gives: null },
  {
    says: "not if somebody looks after it",
    alert: seen,
    policy: { afterMs: 60_000 },
    gives: null,
  },
  { says: "who is told at once is told, seen or not", alert: seen, gives: "open" },
  {
    says: "who was not escalated to hears no end",
    alert: over,
    policy: { afterMs: 60_000 },
    gives: null,
  },
  {
    says: "who was escalated to hears the end",
    alert: { ...told, ...over },
    policy: { afterMs: 60_000 },
    gives: "resolved",
  },
  { says: "nothing while it is silenced", silences: [silence()], gives: null },
  { says: "but the log is told", silences: [silence()], policy: { isRecord: true }, gives: "open" },
  { says: "a silence that is over is none", silences: [silence({ until: at(30) })], gives: "open" },
  {
    says: "a silence of others is none",
    silences: [silence({ matcher: { asset: "b" } })],
    gives: "open",
  },
  {
    says: "no repeat while it is silenced",
    alert: told,
    policy: { repeatMs: 1 },
    silences: [silence()],
    gives: null,
  },
  {
    says: "what began and ended in a silence is never told",
    alert: over,
    silences: [silence({ until: at(25) })],
    gives: null,
  },
  {
    says: "the end of what was told waits for the end of the silence",
    alert: { ...told, ...over },
    silences: [silence()],
    gives: null,
  },
  {
    says: "and comes then",
    alert: { ...told, ...over },
    silences: [silence({ until: at(25) })],
    gives: "resolved",
  },
  {
    says: "a test is not silenced",
    alert: { kind: "test" },
    silences: [silence({ matcher: {} })],
    gives: "open",
  },
  {
    says: "what is less severe than wanted is not told",
    policy: { least: "critical" },
    gives: null,
  },
  { says: "what is as severe is", policy: { least: "error" }, gives: "open" },
  { says: "nor its end", alert: over, policy: { least: "critical" }, gives: null },
  {
    says: "the end of what was told is, whatever is wanted by now",
    alert: { ...told, ...over },
    policy: { least: "critical" },
    gives: "resolved",
  },
  {
    says: "a test is told however mild",
    alert: { kind: "test", severity: "warning" },
    policy: { least: "critical" },
    gives: "open",
  },
  {
    says: "the log is told of everything",
    policy: { isRecord: true, least: "critical" },
    gives: "open",
  },
  { says: "nobody is told of itself", alert: { episode: "channel:mail" }, gives: null },
  { says: "the others are", alert: { episode: "channel:chat" }, gives: "open" },
];

for (const c of CASES) {
  Deno.test(`tellings(): ${c.says} (${CASES.indexOf(c) + 1})`, () => {
    const found = tellings({
      channel: "mail",
      policy: c.policy ?? {},
      since: c.since ?? at(0),
      now: c.now ?? at(30),
      alerts: [alert(c.alert)],
      deliveries: c.deliveries ?? [],
      silences: c.silences ?? [],
    });
    assertEquals(found.map((t) => t.phase)[0] ?? null, c.gives);
  });
}

Deno.test("tellings() says when what failed is tried again", () => {
  const deliveries = [sent({ sends: 0, sentAt: null, failures: 3, error: "down", nextAt: at(31) })];
  const facts = { channel: "mail", policy: {}, since: at(0), now: at(30), silences: [] };
  const [t] = tellings({ ...facts, alerts: [alert()], deliveries });
  assertEquals([t?.failures, t?.notBefore], [3, at(31)]);
});

Deno.test("retryMs() doubles from 15 s to 15 min", () => {
  const seconds = [1, 2, 3, 6, 7, 8, 1_000].map((n) => retryMs(n) / 1_000);
  assertEquals(seconds, [15, 30, 60, 480, 900, 900, 900]);
});

Deno.test("isMatched() reads * as anything, and nothing else as special", () => {
  const it = alert({ asset: "features/m.od", episode: "failed:features/m.od" });
  const yes = ["features/*", "*", "*m.od", "features/m.od", "f*/m*d", "features/m.od*"];
  const no = ["features", "features/mood", "*/mood", "features/m.od?", "f*/x*d", "*m.od*d", ""];
  assertEquals(yes.filter((asset) => !isMatched({ asset }, it)), []);
  assertEquals(no.filter((asset) => isMatched({ asset }, it)), []);
  assertEquals(isMatched({ asset: "*" }, alert({ asset: null })), false);
  assertEquals(isMatched({}, alert({ asset: null })), true);
  assertEquals(isMatched({ kind: "late", severity: "critical" }, it), false);
});
