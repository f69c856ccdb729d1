import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { define, nextTick, watch } from "engine";
import { memoryLedger } from "engine/testing";
import { smtpChannel } from "../../../adapters/alerts/smtp.ts";
import { alert, resolved } from "./alert.ts";
import { authority, type MailServer, mailServer, user } from "./mail_server.ts";

const login = `${user.name}:${encodeURIComponent(user.password)}`;

const people = {
  from: "Aurora <aurora@example.com>",
  to: "ops@example.com, ml@example.com",
  baseUrl: "https://aurora.example.com/",
};

const channel = async ({ port }: MailServer, changes = {}) =>
  smtpChannel({
    ...people,
    url: `smtp://${login}@localhost:${port}`,
    tls: { ca: await authority() },
    ...changes,
  });

Deno.test("smtpChannel() sends text and HTML to all people, by STARTTLS and with a password", async () => {
  await using server = await mailServer();
  await (await channel(server)).send(alert({ message: "Zürich <b>&" }), "open");
  const [mail] = server.mails;
  assert(mail);
  assertEquals([mail.from, mail.to, mail.secure], [
    "aurora@example.com",
    ["ops@example.com", "ml@example.com"],
    true,
  ]);
  assertEquals(mail.headers.get("subject"), '[Aurora] late: "features/activity" is late');
  const [text, html] = mail.parts;
  assertStringIncludes(text!, "Zürich <b>&");
  assertStringIncludes(text!, "Since 2025-01-28 06:00 UTC");
  assertStringIncludes(text!, "https://aurora.example.com/assets/features/activity");
  assertStringIncludes(html!, "Zürich &lt;b&gt;&amp;");
  assertStringIncludes(html!, "&quot;features/activity&quot; is late");
});

Deno.test("smtpChannel() answers the opening mail when the episode is over", async () => {
  await using server = await mailServer();
  const mails = await channel(server);
  await mails.send(alert(), "open");
  await mails.send(resolved(), "resolved");
  const [opening, end] = server.mails;
  const id = opening!.headers.get("message-id")!;
  assertEquals(end!.headers.get("references"), id);
  assertEquals(end!.headers.get("in-reply-to"), id);
  assert(end!.headers.get("message-id") !== id);
  assertEquals(end!.headers.get("subject"), '[Aurora] resolved: "features/activity" is late');
  assertStringIncludes(end!.parts[0]!, "resolved at 2025-01-28 06:45 UTC");
});

Deno.test("smtpChannel() gives two episodes two threads, and one notice sent twice one id", async () => {
  await using server = await mailServer();
  const mails = await channel(server);
  for (const id of ["7", "7", "8"]) await mails.send(alert({ id }), "open");
  const ids = server.mails.map((m) => m.headers.get("message-id"));
  assertEquals(ids[0], ids[1]);
  assert(ids[0] !== ids[2]);
});

Deno.test("smtpChannel() refuses a certificate that nobody it trusts has signed", async () => {
  await using server = await mailServer();
  const mails = smtpChannel({ ...people, url: `smtp://${login}@localhost:${server.port}` });
  await assertRejects(() => mails.send(alert(), "open"), Error, `by "localhost:${server.port}"`);
  assertEquals(server.mails, []);
});

Deno.test("smtpChannel() tells of a wrong password without telling it", async () => {
  await using server = await mailServer();
  const url = `smtp://aurora:gu%C3%A9ss@localhost:${server.port}`;
  const mails = await channel(server, { url });
  const error = await assertRejects(() => mails.send(alert(), "open"), Error, "Invalid username");
  for (const secret of ["guéss", "gu%C3%A9ss"]) assert(!String(error.stack).includes(secret));
});

Deno.test("smtpChannel() tells which server is down", async () => {
  const server = await mailServer();
  const mails = await channel(server);
  await server[Symbol.asyncDispose]();
  await assertRejects(
    () => mails.send(alert(), "open"),
    Error,
    `Cannot send mail to "${people.to}" by "localhost:${server.port}"`,
  );
});

Deno.test("smtpChannel() gives up a server that says nothing", async () => {
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = silent.accept();
  const { port } = silent.addr as Deno.NetAddr;
  const mails = smtpChannel({ ...people, url: `smtp://127.0.0.1:${port}`, limitMs: 150 });
  const begin = performance.now();
  await assertRejects(() => mails.send(alert(), "open"), Error, `by "127.0.0.1:${port}"`);
  assert(performance.now() - begin < 2_000);
  (await accepted).close();
});

Deno.test("smtpChannel() tells what a URL is like", () => {
  for (const url of ["nonsense", "http://mail:25", "smtp://"]) {
    const said = assertThrows(() => smtpChannel({ ...people, url }), TypeError, "smtp://user");
    assert(said instanceof TypeError);
  }
});

Deno.test("watch() sends the mail when the server is back", async () => {
  const now = new Date("2025-01-28T06:00:00Z");
  await using ledger = memoryLedger({ now: () => now });
  await ledger.open(alert({ kind: "other" }));
  const before = await mailServer();
  const mails = await channel(before);
  await before[Symbol.asyncDispose]();
  const trouble: string[] = [];
  const o = {
    definitions: define({}),
    ledger,
    channels: [mails],
    next: nextTick,
    onTrouble: (e: unknown) => void trouble.push(String(e)),
  };
  await watch(o, now);
  assertStringIncludes(trouble.join(), "Cannot send mail");
  await using server = await mailServer(before.port);
  const later = new Date(now.getTime() + 15_000);
  await watch(o, later);
  await watch(o, later);
  assertEquals(server.mails.length, 1);
});
