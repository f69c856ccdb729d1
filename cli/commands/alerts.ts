/**
 * `alerts`: lists them, says who looks after one, silences some, tries the channels, sets rules.
 *
 * @module
 */
import type { AlertRuleView, AlertView, SilenceView } from "engine";
import type { App } from "../app.ts";
import { EXIT, type Run, type Setting, UsageError } from "../command.ts";
import { paint } from "../io.ts";
import { table } from "../table.ts";
import { timeOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** What can be done, by the first word. */
const ACTIONS: { readonly [action: string]: (setting: Setting, app: App) => Promise<number> } = {
  list,
  ack,
  silence,
  silences,
  unsilence,
  test,
  rules,
  set,
};

/** Those that are about one thing, and how that is said. */
const ABOUT: { readonly [action: string]: string } = {
  ack: 'which one by its id, as "alerts ack 7"',
  unsilence: 'which one by its id, as "alerts unsilence 7"',
  set: 'which rule, as "alerts set queue 30m"',
};

/** Does what its first word says; lists without one. */
export const alerts: Run = (setting) => {
  const [action = "list", id] = setting.called.words;
  const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (!act) {
    throw new UsageError(
      `Cannot call "alerts ${action}": it is one of ${Object.keys(ACTIONS).join(", ")}`,
    );
  }
  const about = ABOUT[action];
  if ((about !== undefined) !== (id !== undefined)) {
    throw new UsageError(
      about !== undefined
        ? `Cannot call "alerts ${action}": say ${about}`
        : `Cannot call "alerts ${action}" with "${id}": it takes no id`,
    );
  }
  return withApp(setting, (app) => act(setting, app));
};

const byOf = ({ called }: Setting) => called.text("by") ?? "a person on the command line";

async function list({ called, io }: Setting, { service }: App): Promise<number> {
  const all = await service.alerts();
  const found = called.on("all") ? all : all.filter((a) => a.resolvedAt === null);
  if (called.on("json")) io.out(json(found));
  else if (found.length === 0) io.err("Nothing is wrong");
  else {
    const rows = found.map((a) => [
      a.id,
      a.resolvedAt === null ? paint(io, "red", a.severity) : "resolved",
      a.title,
      timeOf(a.openedAt),
      careOf(a),
      told(a),
    ]);
    table(io, ["ALERT", "SEVERITY", "WHAT", "SINCE (UTC)", "CARE", "TOLD"], rows)
      .forEach((line) => io.out(line));
  }
  return EXIT.ok;
}

const careOf = ({ acknowledged, silence }: AlertView) =>
  [acknowledged && `seen by ${acknowledged.by}`, silence && `silence ${silence}`]
    .filter(Boolean).join(", ") || "-";

const told = ({ sentTo, deliveries }: AlertView) => {
  const failing = deliveries.filter((d) => d.failures > 0).map((d) => d.channel);
  return sentTo.join(",") + (failing.length === 0 ? "" : `, not ${failing.join(",")}`);
};

async function ack(setting: Setting, { service }: App): Promise<number> {
  const { called, io } = setting;
  const note = called.text("note");
  const alert = await service.acknowledge(called.words[1]!, { by: byOf(setting), note });
  const text = `${alert.acknowledged?.by} looks after alert ${alert.id}: ${alert.title}`;
  io.out(called.on("json") ? json(alert) : text);
  return EXIT.ok;
}

async function silence(setting: Setting, { service }: App): Promise<number> {
  const { called, io } = setting;
  const reason = called.text("reason");
  if (reason === undefined) {
    throw new UsageError('Cannot silence: say why by --reason "upgrade of the warehouse"');
  }
  const text = (name: string) => called.text(name);
  const made = await service.silence({
    matcher: {
      kind: text("kind"),
      severity: text("severity"),
      asset: text("asset"),
      episode: text("episode"),
    },
    reason,
    for: text("for") ?? (text("until") === undefined ? "2h" : undefined),
    until: text("until"),
    by: byOf(setting),
  });
  io.out(
    called.on("json") ? json(made) : `Silence ${made.id}: ${whatOf(made)} until ${made.until}`,
  );
  return EXIT.ok;
}

async function silences({ called, io }: Setting, { service }: App): Promise<number> {
  const found = await service.silences();
  if (called.on("json")) io.out(json(found));
  else if (found.length === 0) io.err("Nothing is silenced");
  else {
    const rows = found.map((s) => [
      s.id,
      s.active ? "holds" : s.endedBy === null ? "over" : `ended by ${s.endedBy}`,
      whatOf(s),
      timeOf(s.until),
      s.by,
      s.reason,
    ]);
    table(io, ["SILENCE", "STATE", "WHAT", "UNTIL (UTC)", "BY", "REASON"], rows)
      .forEach((line) => io.out(line));
  }
  return EXIT.ok;
}

const whatOf = ({ matcher }: SilenceView) =>
  Object.entries(matcher).map(([name, wanted]) => `${name} ${wanted}`).join(", ");

async function unsilence(setting: Setting, { service }: App): Promise<number> {
  const { called, io } = setting;
  const ended = await service.endSilence(called.words[1]!, { by: byOf(setting) });
  io.out(called.on("json") ? json(ended) : `Silence ${ended.id} is over`);
  return EXIT.ok;
}

async function rules({ called, io }: Setting, { service }: App): Promise<number> {
  const found = await service.alertRules();
  if (called.on("json")) io.out(json(found));
  else {
    const rows = found.map((r) => [r.name, r.value, sourceOf(r), r.about]);
    table(io, ["RULE", "VALUE", "SET BY", "WHAT"], rows).forEach((line) => io.out(line));
  }
  return EXIT.ok;
}

const sourceOf = ({ source, by, setting, otherwise }: AlertRuleView) =>
  source === "people"
    ? `${by}, instead of ${otherwise}`
    : source === "environment"
    ? setting
    : "built in";

async function set(setting: Setting, { service }: App): Promise<number> {
  const { called, io } = setting;
  const [, name = "", value] = called.words;
  if ((value === undefined) !== called.on("default")) {
    throw new UsageError(
      `Cannot set alert rule "${name}": say a value, as "alerts set ${name} 30m", or --default`,
    );
  }
  const rule = await service.setAlertRule(name, { value: value ?? null, by: byOf(setting) });
  io.out(called.on("json") ? json(rule) : `${name} is ${rule.value} (${sourceOf(rule)})`);
  return EXIT.ok;
}

/** Milliseconds that a test waits for a server to tell the channels. */
const TEST_MS = 30_000;
/** Milliseconds without any news after which all channels are taken to have been tried. */
const QUIET_MS = 3_000;

async function test(setting: Setting, { service }: App): Promise<number> {
  const { called, io, signal } = setting;
  const { id } = await service.testAlerts({ by: byOf(setting) });
  const found = await tried(service, id, signal);
  if (called.on("json")) io.out(json(found));
  else {
    for (const d of found.deliveries) {
      io.out(`${d.channel}: ${d.failures === 0 ? "told" : paint(io, "red", `failed: ${d.error}`)}`);
    }
  }
  if (found.deliveries.length === 0) {
    io.err("No channel was told: no server runs, start one by `deno task start`");
    return EXIT.failure;
  }
  return found.deliveries.some((d) => d.failures > 0) ? EXIT.failure : EXIT.ok;
}

/** The alert when nothing more is told of it for a while. */
async function tried(
  service: App["service"],
  id: string,
  signal: AbortSignal,
): Promise<AlertView> {
  const read = async () => (await service.alerts()).find((a) => a.id === id)!;
  const end = performance.now() + TEST_MS;
  let found = await read();
  let quietSince = performance.now();
  while (!signal.aborted && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const next = await read();
    if (next.deliveries.length !== found.deliveries.length) quietSince = performance.now();
    found = next;
    if (found.deliveries.length > 0 && performance.now() - quietSince > QUIET_MS) break;
  }
  return found;
}
