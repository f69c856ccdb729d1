import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { smtpChannel } from "../../../adapters/alerts/smtp.ts";
import { mailUser, type SmtpServer, startSmtp } from "../../services/smtp.ts";
import { alert, resolved } from "./alert.ts";
import { authority } from "./mail_server.ts";

const people = {
  from: "Aurora <aurora@example.com>",
  to: "ops@example.com, ml@example.com",
  baseUrl: "https://aurora.example.com/",
};

const channel = async ({ port }: SmtpServer, { query = "", password = mailUser.password } = {}) =>
  smtpChannel({
    ...people,
    url: `smtp://${mailUser.name}:${encodeURIComponent(password)}@localhost:${port}${query}`,
    tls: { ca: await authority() },
  });

const header = ({ headers }: { headers: readonly (readonly [string, string])[] }, name: string) =>
  headers.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);

Deno.test("smtpChannel() reaches a server that is not ours by STARTTLS and both kinds of AUTH", async () => {
  const cases = [
    { without: [], query: "", used: "PLAIN" },
    { without: [], query: "?auth=login", used: "LOGIN" },
    { without: ["PLAIN"], query: "", used: "LOGIN" },
    { without: ["LOGIN"], query: "", used: "PLAIN" },
  ];
  for (const { without, query, used } of cases) {
    await using server = await startSmtp({ without });
    await (await channel(server, { query })).send(alert({ message: "Zürich <b>&" }), "open");
    const [mail, ...more] = server.mails();
    assert(mail);
    assertEquals(more, []);
    assertEquals([mail.tls, mail.auth], [true, used]);
    assertEquals(mail.to, ["ops@example.com", "ml@example.com"]);
    assertEquals(header(mail, "subject"), ['[Aurora] late: "features/activity" is late']);
    assert(mail.text!.includes("Zürich <b>&"), mail.text!);
    assert(mail.text!.includes("What to do: https://aurora.example.com/runbook#late"));
    assert(mail.html!.includes("Zürich &lt;b&gt;&amp;"), mail.html!);
  }
});

Deno.test("smtpChannel() tells a server that is not ours no headers that an alert brings along", async () => {
  await using server = await startSmtp();
  const evil = 'late\r\nBcc: evil@example.com\r\n\r\nX\u2028"';
  const mails = await channel(server);
  await mails.send(alert({ title: evil, message: evil, asset: evil }), "open");
  await mails.send(resolved({ title: evil }), "resolved");
  const [opening, end] = server.mails();
  for (const mail of [opening!, end!]) {
    assertEquals(mail.to, ["ops@example.com", "ml@example.com"]);
    assertEquals(header(mail, "bcc"), []);
    assertEquals(header(mail, "subject").length, 1);
  }
  assertEquals(header(opening!, "subject"), ['[Aurora] late: late Bcc: evil@example.com X "']);
  assertEquals(header(end!, "in-reply-to"), header(opening!, "message-id"));
});

Deno.test("smtpChannel() refuses addresses with a second line", () => {
  const evil = "ops@example.com\r\nBcc: evil@example.com";
  for (const changes of [{ to: evil }, { from: evil }]) {
    const make = () => smtpChannel({ ...people, ...changes, url: "smtp://localhost" });
    assertThrows(make, TypeError, "has a line break");
  }
});

Deno.test("smtpChannel() tells what the server said of a wrong password, and not the password", async () => {
  await using server = await startSmtp();
  const password = "wröng";
  const mails = await channel(server, { password });
  const error = await assertRejects(() => mails.send(alert(), "open"), Error, "535");
  const secrets = [password, encodeURIComponent(password), new TextEncoder().encode(password)];
  for (const s of secrets) {
    assert(!error.message.includes(typeof s === "string" ? s : s.toBase64()), error.message);
  }
  assertEquals(server.mails(), []);
});

Deno.test("smtpChannel() gives up a server that hangs, and reaches it when it is back", async () => {
  await using server = await startSmtp();
  const { port } = server;
  const url = `smtp://${mailUser.name}:${encodeURIComponent(mailUser.password)}@localhost:${port}`;
  const mails = smtpChannel({ ...people, url, tls: { ca: await authority() }, limitMs: 1_500 });
  server.signal("SIGSTOP");
  await assertRejects(() => mails.send(alert(), "open"), Error, `by "localhost:${port}"`);
  server.signal("SIGCONT");
  const patient = await channel(server);
  await patient.send(alert(), "open");
  assertEquals(server.mails().length, 1);
});

Deno.test("smtpChannel() knows two ways to say who one is", () => {
  const url = "smtp://a:b@localhost?auth=cram-md5";
  assertThrows(() => smtpChannel({ ...people, url }), TypeError, 'auth is "CRAM-MD5"');
});
