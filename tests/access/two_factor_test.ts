import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { Buffer } from "node:buffer";
import { cookiesOf, firstAdmin, type GuardedSite, guardedSite, PASSWORD, signIn } from "./site.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of an authenticator at an instant, by RFC 6238: SHA-1, 30 seconds, 6 digits. */
function totp(uri: string, at = Date.now()): string {
  const secret = new URL(uri).searchParams.get("secret") ?? "";
  const bits = [...secret.replaceAll("=", "")]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = mac[19]! & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

interface Enabled {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** Signs in and asks for a code from now on. */
async function enable(site: GuardedSite): Promise<Enabled> {
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  const body = { password: PASSWORD };
  const answer = await site.ask("/api/auth/two-factor/enable", { cookie, body });
  assertEquals(answer.status, 200);
  const enabled = await answer.json() as Enabled;
  const code = totp(enabled.totpURI);
  const confirmed = await site.ask("/api/auth/two-factor/verify-totp", { cookie, body: { code } });
  assertEquals(confirmed.status, 200);
  return enabled;
}

Deno.test("with a second factor a password alone opens nothing", async () => {
  await using site = await guardedSite();
  const { totpURI } = await enable(site);
  const half = await signIn(site);
  assertEquals(
    (await half.clone().json() as { twoFactorRedirect: boolean }).twoFactorRedirect,
    true,
  );
  const cookie = cookiesOf(half);
  assertEquals((await site.ask("/api/v1/runs", { cookie })).status, 401);
  const verify = (code: string) =>
    site.ask("/api/auth/two-factor/verify-totp", { cookie, body: { code } });
  const code = totp(totpURI);
  const wrong = code === "000000" ? "000001" : "000000";
  assertEquals((await verify(wrong)).status, 401);
  const whole = await verify(code);
  assertEquals(whole.status, 200);
  assertEquals((await site.ask("/api/v1/runs", { cookie: cookiesOf(whole) })).status, 200);
});

Deno.test("a backup code replaces the authenticator once", async () => {
  await using site = await guardedSite();
  const { backupCodes } = await enable(site);
  const code = backupCodes[0]!;
  const use = async () => {
    const cookie = cookiesOf(await signIn(site));
    return await site.ask("/api/auth/two-factor/verify-backup-code", { cookie, body: { code } });
  };
  const first = await use();
  assertEquals(first.status, 200);
  assertEquals((await site.ask("/api/v1/runs", { cookie: cookiesOf(first) })).status, 200);
  assertEquals((await use()).status, 401);
});

Deno.test("codes cannot be tried without an end", async () => {
  await using site = await guardedSite();
  await enable(site);
  const cookie = cookiesOf(await signIn(site));
  const statuses: number[] = [];
  for (let i = 0; i < 8; i++) {
    const body = { code: String(100_000 + i) };
    statuses.push((await site.ask("/api/auth/two-factor/verify-totp", { cookie, body })).status);
  }
  assert(statuses.includes(429), `all were tried: ${statuses.join(" ")}`);
});
