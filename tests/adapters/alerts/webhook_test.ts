import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { createHmac } from "node:crypto";
import {
  webhookChannel as checkedChannel,
  type WebhookOptions,
} from "../../../adapters/alerts/webhook.ts";
import { alert, resolved } from "./alert.ts";
import { authority } from "./mail_server.ts";

const baseUrl = "https://aurora.example.com";

/** One that may call this machine. */
const webhookChannel = (o: WebhookOptions) => checkedChannel({ privateHosts: ["127.0.0.1"], ...o });

interface Heard {
  readonly headers: Headers;
  readonly text: string;
}

/** A listener that answers `status`, and what it heard. */
function listener(status = 200, headers = {}) {
  const heard: Heard[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    heard.push({ headers: request.headers, text: await request.text() });
    return new Response(status === 200 ? "ok" : null, { status, headers });
  });
  return {
    heard,
    url: `http://127.0.0.1:${server.addr.port}/services/T0/s3cret?key=abc`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("webhookChannel() posts what Slack shows, and the fields of the alert", async () => {
  await using server = listener();
  const hook = webhookChannel({ url: server.url, baseUrl });
  await hook.send(alert({ kind: "failed", run: "12", title: "a < b & c" }), "open");
  const [{ text, headers }] = server.heard as [Heard];
  const body = JSON.parse(text);
  assertEquals(headers.get("content-type"), "application/json");
  assertEquals(headers.get("x-aurora-signature"), null);
  assertEquals(body.text, `failed: a &lt; b &amp; c\n${baseUrl}/runs/12`);
  assertEquals(body.blocks[0].text, { type: "plain_text", text: "failed: a < b & c" });
  const { phase, episode, asset, run, openedAt, resolvedAt } = body.aurora;
  assertEquals([phase, episode, asset, run], [
    "open",
    "late:features/activity",
    "features/activity",
    "12",
  ]);
  assertEquals([openedAt, resolvedAt], ["2025-01-28T06:00:00.000Z", null]);
});

Deno.test("webhookChannel() tells the end of an episode with both instants", async () => {
  await using server = listener();
  await webhookChannel({ url: server.url, baseUrl }).send(resolved(), "resolved");
  const body = JSON.parse(server.heard[0]!.text);
  assertStringIncludes(body.text, 'resolved: "features/activity" is late');
  assertEquals([body.aurora.phase, body.aurora.resolvedAt], [
    "resolved",
    "2025-01-28T06:45:00.000Z",
  ]);
});

Deno.test("webhookChannel() signs the instant and the bytes of the body", async () => {
  await using server = listener();
  const now = () => new Date("2025-01-28T06:00:01.900Z");
  const hook = webhookChannel({ url: server.url, baseUrl, secret: "k€y", now });
  await hook.send(alert({ message: "Zürich" }), "open");
  const [{ text, headers }] = server.heard as [Heard];
  const timestamp = headers.get("x-aurora-timestamp");
  assertEquals(timestamp, "1738044001");
  const expected = createHmac("sha256", "k€y").update(`${timestamp}.${text}`).digest("hex");
  assertEquals(headers.get("x-aurora-signature"), `sha256=${expected}`);
});

Deno.test("webhookChannel() posts a card that Teams shows, without Markdown of the alert", async () => {
  await using server = listener();
  const hook = webhookChannel({ url: server.url, baseUrl, shape: "teams" });
  await hook.send(alert({ title: "[x](https://evil.example)", kind: "failed" }), "open");
  await hook.send(resolved(), "resolved");
  const [opening, end] = server.heard.map(({ text }) => JSON.parse(text));
  assertEquals(opening.type, "message");
  const [{ contentType, content }] = opening.attachments;
  assertEquals(contentType, "application/vnd.microsoft.card.adaptive");
  assertEquals([content.type, content.body[0].color], ["AdaptiveCard", "Attention"]);
  assertEquals(content.body[0].text, "failed: \\[x\\](https://evil.example)");
  assertEquals(content.actions.map((a: { url: string }) => a.url), [
    `${baseUrl}/assets/features/activity`,
    `${baseUrl}/runbook#failed`,
  ]);
  assertEquals(end.attachments[0].content.body[0].color, "Good");
});

Deno.test("webhookChannel() tells programs the fields alone, and each episode of a group", async () => {
  await using server = listener();
  const hook = webhookChannel({ url: server.url, baseUrl, shape: "json" });
  await hook.send(alert({ title: "2 alerts" }), "open", [alert(), alert({ id: "8" })]);
  const body = JSON.parse(server.heard[0]!.text);
  assertEquals(Object.keys(body), ["aurora"]);
  assertEquals(body.aurora.episodes.map((e: { id: string }) => e.id), ["7", "8"]);
});

Deno.test("webhookChannel() calls nobody at a private address, by number or by name", async () => {
  await using server = listener();
  const { port } = new URL(server.url);
  const hosts = ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"];
  for (const host of hosts) {
    const hook = checkedChannel({ url: `http://${host}:${port}/s3cret`, baseUrl });
    const error = await assertRejects(() => hook.send(alert(), "open"), Error, "no public address");
    assertStringIncludes(error.message, "AURORA_PRIVATE_HOSTS");
    assert(!error.message.includes("s3cret"), error.message);
  }
  assertEquals(server.heard, []);
  const named = { url: `http://localhost:${port}/`, baseUrl, privateHosts: ["localhost"] };
  await checkedChannel(named).send(alert(), "open");
  assertEquals(server.heard.length, 1);
});

Deno.test("webhookChannel() does not follow a redirection to a private address, nor to any other", async () => {
  await using inside = listener();
  await using outside = listener(307, { location: inside.url });
  const hook = webhookChannel({ url: outside.url, baseUrl });
  await assertRejects(() => hook.send(alert(), "open"), Error, "redirections are not followed");
  assertEquals([outside.heard.length, inside.heard.length], [1, 0]);
});

Deno.test("webhookChannel() speaks TLS and refuses a certificate that nobody it trusts has signed", async () => {
  const heard: string[] = [];
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    key: await Deno.readTextFile(new URL("certificate/leaf.key", import.meta.url)),
    cert: await Deno.readTextFile(new URL("certificate/leaf.pem", import.meta.url)),
    onListen() {},
  }, async (request) => (heard.push(await request.text()), new Response("ok")));
  const url = `https://localhost:${server.addr.port}/`;
  const known = { url, baseUrl, privateHosts: ["localhost"] };
  await assertRejects(() => checkedChannel(known).send(alert(), "open"), Error, "certificate");
  await checkedChannel({ ...known, ca: await authority() }).send(alert(), "open");
  assertEquals(heard.length, 1);
});

Deno.test("webhookChannel() keeps within the lengths that Slack takes", async () => {
  await using server = listener();
  const long = { title: "t".repeat(500), message: "m".repeat(9_000) };
  await webhookChannel({ url: server.url, baseUrl }).send(alert(long), "open");
  const { blocks, aurora } = JSON.parse(server.heard[0]!.text);
  assertEquals([blocks[0].text.text.length, blocks[1].text.text.length], [150, 3_000]);
  assertEquals(aurora.message.length, 9_000);
});

Deno.test("webhookChannel() rejects any answer but a 2xx, redirections included", async () => {
  for (const status of [500, 404, 302]) {
    await using server = listener(status, { location: "/elsewhere" });
    const hook = webhookChannel({ url: server.url, baseUrl });
    await assertRejects(() => hook.send(alert(), "open"), Error, `answered ${status}`);
    assertEquals(server.heard.length, 1);
  }
});

Deno.test("webhookChannel() tells which host is down and keeps the path to itself", async () => {
  const server = listener();
  await server[Symbol.asyncDispose]();
  const hook = webhookChannel({ url: server.url, baseUrl });
  const error = await assertRejects(() => hook.send(alert(), "open"), Error, 'at "127.0.0.1:');
  for (const secret of ["s3cret", "key=abc"]) assert(!error.message.includes(secret));
});

Deno.test("webhookChannel() gives up a host that does not answer", async () => {
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = silent.accept();
  const { port } = silent.addr as Deno.NetAddr;
  const hook = webhookChannel({ url: `http://127.0.0.1:${port}/`, baseUrl, limitMs: 100 });
  await assertRejects(() => hook.send(alert(), "open"), Error, "no answer within 100 ms");
  (await accepted).close();
});

Deno.test("webhookChannel() tells what a URL is like", () => {
  for (const url of ["nonsense", "ftp://host/path"]) {
    assertThrows(() => webhookChannel({ url, baseUrl }), TypeError, "https://hooks.example.com");
  }
});
