import { assert, assertEquals } from "@std/assert";
import { type AlertChannel, asset, define, freshness, nextTick, watch } from "engine";
import { memoryLedger } from "engine/testing";
import { smtpChannel } from "../../adapters/alerts/smtp.ts";
import { webhookChannel } from "../../adapters/alerts/webhook.ts";
import { authority } from "../adapters/alerts/mail_server.ts";
import { until } from "../e2e/program.ts";
import { type FaultProxy, faultProxy } from "../services/fault_proxy.ts";
import { mailUser, startSmtp } from "../services/smtp.ts";

const LIMIT_MS = 1_500;
/** Far above the limit, far below what TCP waits: a busy machine is no failure. */
const SOON_MS = 20_000;
const baseUrl = "https://aurora.example.com/";

/** A channel to a mail server of the test, through the proxy. */
async function mailBy(proxy: FaultProxy, limitMs = LIMIT_MS): Promise<AlertChannel> {
  const who = `${mailUser.name}:${encodeURIComponent(mailUser.password)}`;
  return smtpChannel({
    url: `smtp://${who}@localhost:${proxy.port}`,
    from: "aurora@example.com",
    to: "ops@example.com",
    baseUrl,
    tls: { ca: await authority() },
    limitMs,
  });
}

/** Who listens to a webhook, and remembers what it was told of, and when. */
function hook() {
  const told: { readonly id: string; readonly at: number }[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { aurora } = await request.json();
    told.push({ id: aurora.id, at: performance.now() });
    return new Response("ok");
  });
  const { port } = server.addr;
  const channel = (at = port): AlertChannel =>
    webhookChannel({
      url: `http://127.0.0.1:${at}/`,
      baseUrl,
      privateHosts: ["127.0.0.1"],
      limitMs: LIMIT_MS,
    });
  return { told, port, channel, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** One asset that is late, and somebody who looks. */
async function late(...channels: readonly AlertChannel[]) {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const report = asset({
    name: "report",
    freshness: freshness({ within: "10h" }),
    materialize: () => 1,
  });
  const definitions = define({ report });
  const look = () => watch({ definitions, ledger, channels, next: nextTick }, clock.at);
  const forward = (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms));
  await look();
  forward(11 * 3_600_000);
  const failing = async () =>
    (await ledger.deliveries()).flatMap(({ channel, error }) => error ? [{ channel, error }] : []);
  return { look, forward, failing };
}

const since = (from: number) => performance.now() - from;
const idsOf = (mails: readonly { headers: readonly (readonly [string, string])[] }[]) =>
  mails.map((m) => m.headers.find(([name]) => name.toLowerCase() === "message-id")![1]);

Deno.test("a mail server in a black hole: others are told at once, it once it is back, once", async () => {
  await using server = await startSmtp();
  await using proxy = await faultProxy(server.port);
  await using chat = hook();
  const b = await late(await mailBy(proxy), chat.channel());
  proxy.blackHole();
  const from = performance.now();
  await b.look();
  const ms = since(from);
  assert(ms >= LIMIT_MS * 0.9 && ms < SOON_MS, `${ms} ms`);
  assert(chat.told[0]!.at - from < LIMIT_MS, "the webhook does not wait for the mail server");
  assertEquals((await b.failing()).map((d) => d.channel), ["smtp"]);
  await proxy.heal();
  await b.look();
  assertEquals(server.mails().length, 0, "not before 15 s are over");
  b.forward(15_000);
  await b.look();
  b.forward(3_600_000);
  await b.look();
  assertEquals([server.mails().length, chat.told.length], [1, 1]);
  assertEquals(await b.failing(), []);
});

Deno.test("a mail that is cut in its middle is sent again, and arrives once", async () => {
  await using server = await startSmtp();
  await using proxy = await faultProxy(server.port);
  const channel = await mailBy(proxy);
  const first = await late(channel);
  await first.look();
  const whole = proxy.counts.requests;
  assertEquals(server.mails().length, 1);

  const b = await late(channel);
  proxy.cutAfter({ bytes: whole - 800, of: "requests", times: 1 });
  await b.look();
  assertEquals(proxy.counts.cut, 1);
  const [failing] = await b.failing();
  assert(failing!.error.startsWith('Cannot send mail to "ops@example.com"'), failing!.error);
  assertEquals(server.mails().length, 1, "half a mail is none");
  b.forward(15_000);
  await b.look();
  assertEquals(server.mails().length, 2);
});

Deno.test("a mail whose receipt is lost comes twice, as the same message", async () => {
  await using server = await startSmtp();
  await using proxy = await faultProxy(server.port);
  // The receipt is under way for so long.
  proxy.latency(100);
  const b = await late(await mailBy(proxy, 10_000));
  const looking = b.look();
  await until(() => server.mails().length === 1, { what: "the mail to be taken" });
  proxy.cut();
  await looking;
  assertEquals((await b.failing()).length, 1);
  await proxy.heal();
  b.forward(15_000);
  await b.look();
  const ids = idsOf(server.mails());
  assertEquals([ids.length, new Set(ids).size], [2, 1]);
});

Deno.test("a slow mail server is told within the limit, and one that is too slow counts as away", async () => {
  await using server = await startSmtp();
  await using proxy = await faultProxy(server.port);
  proxy.slow(4_000);
  const patient = await late(await mailBy(proxy, 10_000));
  await patient.look();
  assertEquals(server.mails().length, 1);
  proxy.slow(500);
  const b = await late(await mailBy(proxy));
  const from = performance.now();
  await b.look();
  assert(since(from) < SOON_MS, `${since(from)} ms`);
  assertEquals((await b.failing()).length, 1);
});

Deno.test("a webhook in a black hole, cut or refused: it is tried again, and others do not wait", async () => {
  await using chat = hook();
  await using server = await startSmtp();
  await using mails = await faultProxy(server.port);
  const troubles: readonly [string, RegExp, (p: FaultProxy) => void][] = [
    ["black hole", /no answer within 1500 ms/, (p) => p.blackHole("requests")],
    ["cut", /socket hang up|reset|closed/i, (p) => p.cutAfter({ bytes: 20, of: "requests" })],
    ["refused", /refused/i, (p) => p.refuse()],
  ];
  for (const [name, said, trouble] of troubles) {
    await using proxy = await faultProxy(chat.port);
    const before = [chat.told.length, server.mails().length] as const;
    const b = await late(chat.channel(proxy.port), await mailBy(mails));
    trouble(proxy);
    const from = performance.now();
    await b.look();
    assert(since(from) < SOON_MS, `${name}: ${since(from)} ms`);
    const [failing] = await b.failing();
    assert(said.test(failing!.error), `${name}: ${failing!.error}`);
    assertEquals(server.mails().length, before[1] + 1, name);
    proxy.cut();
    await proxy.heal();
    b.forward(15_000);
    await b.look();
    assertEquals(chat.told.length, before[0] + 1, name);
  }
});

Deno.test("a webhook whose answer is lost is called again with the same words", async () => {
  await using chat = hook();
  await using proxy = await faultProxy(chat.port);
  const b = await late(chat.channel(proxy.port));
  proxy.blackHole("answers");
  await b.look();
  assertEquals((await b.failing()).length, 1);
  proxy.cut();
  await proxy.heal();
  b.forward(15_000);
  await b.look();
  assertEquals([chat.told.length, new Set(chat.told.map((t) => t.id)).size], [2, 1]);
});

Deno.test("a slow webhook is told within the limit", async () => {
  await using chat = hook();
  await using proxy = await faultProxy(chat.port);
  proxy.slow(2_000);
  proxy.latency(100);
  const b = await late(chat.channel(proxy.port));
  await b.look();
  assertEquals([chat.told.length, await b.failing()], [1, []]);
});
