/** Access tokens of Google: of a service account, or of the machine. @module */
import { Buffer } from "node:buffer";
import { createSign } from "node:crypto";
import { ask, type Patience, wordsOf } from "../http.ts";

/** Gives a token that is good for at least another minute. */
export type Tokens = () => Promise<string>;

/** What a file of credentials says. */
export interface ServiceAccount {
  readonly client_email: string;
  readonly private_key: string;
  readonly token_uri: string;
}

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
const MACHINE =
  "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";

/**
 * Reads the file that `GOOGLE_APPLICATION_CREDENTIALS` names.
 *
 * @throws {SyntaxError} If it is no key of a service account.
 */
export function serviceAccount(text: string): ServiceAccount {
  const said: unknown = JSON.parse(text);
  if (isAccount(said)) return said;
  throw new SyntaxError(
    `Cannot read GOOGLE_APPLICATION_CREDENTIALS: the file is no key of a service account ` +
      `("client_email", "private_key" and "token_uri" are needed)`,
  );
}

function isAccount(said: unknown): said is ServiceAccount {
  const names = ["client_email", "private_key", "token_uri"];
  return typeof said === "object" && said !== null &&
    names.every((name) => typeof (said as Record<string, unknown>)[name] === "string");
}

/** Tokens of a service account, by a statement that its key has signed. */
export function accountTokens(account: ServiceAccount, patience: Patience): Tokens {
  return cached(() => {
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: statement(account, Date.now()),
    });
    return granted(new Request(account.token_uri, { method: "POST", body }), patience);
  });
}

/** Tokens of the machine or pod that this runs on. */
export function machineTokens(patience: Patience): Tokens {
  const headers = { "metadata-flavor": "Google" };
  return cached(() => granted(new Request(MACHINE, { headers }), patience));
}

/** A signed JSON Web Token that asks for a token, good for an hour. */
function statement(account: ServiceAccount, nowMs: number): string {
  const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(nowMs / 1_000);
  const claims = { iss: account.client_email, scope: SCOPE, aud: account.token_uri, iat };
  const said = `${coded({ alg: "RS256", typ: "JWT" })}.${coded({ ...claims, exp: iat + 3_600 })}`;
  return `${said}.${createSign("RSA-SHA256").update(said).sign(account.private_key, "base64url")}`;
}

interface Granted {
  readonly access_token: string;
  readonly expires_in: number;
}

async function granted(request: Request, patience: Patience): Promise<Granted> {
  const service = `Google at "${new URL(request.url).origin}"`;
  const doing = "get a token for objects";
  const answer = await ask({ service, doing, signal: undefined, request: () => request.clone() }, {
    ...patience,
    attempts: 3,
  });
  const words = wordsOf(answer);
  if (answer.status === 200) return JSON.parse(words);
  throw new TypeError(
    `Cannot ${doing}: ${service} answers ${answer.status} ${words.slice(0, 300)}`,
  );
}

function cached(grant: () => Promise<Granted>): Tokens {
  let token = "";
  let until = 0;
  return async () => {
    if (Date.now() >= until) {
      const found = await grant();
      token = found.access_token;
      until = Date.now() + 1_000 * (found.expires_in - 60);
    }
    return token;
  };
}
