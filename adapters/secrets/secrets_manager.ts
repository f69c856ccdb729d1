/** Connections in AWS Secrets Manager. @module */
import { type AwsKeySource, awsSigner } from "../../aws/mod.ts";
import type { AwsAccount } from "./address.ts";
import { objectIn } from "./uri.ts";
import type { Place } from "./places.ts";

/** Where the secrets are. */
export interface SecretsManagerOptions {
  /** Without an endpoint it is that of AWS. */
  readonly account: Pick<AwsAccount, "region" | "endpoint">;
  /** Who asks. */
  readonly keys: AwsKeySource;
  /** What stands before the name, and a slash: `aurora/connections`. */
  readonly prefix: string;
  /** Milliseconds for which an answer is used. */
  readonly freshMs: number;
  /** Milliseconds, of any beginning. */
  now(): number;
  /** Hears why an older answer is still used. */
  onTrouble(sentence: string): void;
}

/** Milliseconds after which a question counts as not answered. */
const LIMIT_MS = 5_000;
/** Milliseconds after which it is tried again where an older answer is used. */
const AGAIN_MS = 10_000;

/** An answer, or the question for it. */
interface Answer {
  readonly until: number;
  readonly value: Promise<unknown>;
}

/**
 * Looks for `prefix/name` in AWS Secrets Manager. An answer is used for a while, that there is none too; when AWS cannot
 * be reached after that, the older answer is used on, and that is told.
 *
 * A secret is an address or JSON as in a file, or what AWS itself writes for its databases (`engine`, `username`,
 * `dbname`).
 *
 * @throws {Error} Its function, if AWS refuses or cannot be reached and there is no older answer.
 */
export function secretsManagerPlace(o: SecretsManagerOptions): Place {
  const known = new Map<string, Answer>();
  const { keys, account: { region } } = o;
  const signer = awsSigner({ keys, region, service: "secretsmanager" });
  const ask = (name: string): Promise<unknown> => {
    const before = known.get(name);
    if (before && o.now() < before.until) return before.value;
    const asking = question(o, name, signer);
    const value = before === undefined ? asking : asking.catch((error: unknown) => {
      o.onTrouble(`${error instanceof Error ? error.message : error}; what it said before is used`);
      known.set(name, { until: o.now() + AGAIN_MS, value: before.value });
      return before.value;
    });
    known.set(name, { until: o.now() + o.freshMs, value });
    // Without an older answer the next one asks again.
    value.catch(() => known.get(name)?.value === value && known.delete(name));
    return value;
  };
  return { name: "AWS Secrets Manager", find: ask };
}

async function question(
  o: SecretsManagerOptions,
  name: string,
  signer: ReturnType<typeof awsSigner>,
): Promise<unknown> {
  const { account, prefix } = o;
  const id = `${prefix}/${name}`;
  const refused = (why: string, cause?: unknown) =>
    new Error(`Cannot read secret "${id}" of AWS Secrets Manager: ${why}`, { cause });
  const url = account.endpoint ?? `https://secretsmanager.${account.region}.amazonaws.com`;
  const send = async (init: RequestInit) => await (await signer()).fetch(url, init);
  const answer = await send({
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "secretsmanager.GetSecretValue",
    },
    body: JSON.stringify({ SecretId: id }),
    redirect: "manual",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).catch((cause: unknown) => {
    throw refused(cause instanceof Error ? cause.message : String(cause), cause);
  });
  const body = objectIn(await answer.text());
  if (answer.ok && typeof body?.["SecretString"] === "string") return meant(body["SecretString"]);
  if (answer.ok) throw refused("it is binary, and it has to be a text");
  const type = String(body?.["__type"] ?? "").replace(/^.*#/, "");
  if (type === "ResourceNotFoundException") return undefined;
  throw refused(`AWS answers ${type || "nothing that is known"} with status ${answer.status}`);
}

/** What AWS writes for its own databases, with our names. */
function meant(text: string): unknown {
  const value = objectIn(text);
  if (value === undefined || "conn_type" in value || !("engine" in value)) return text;
  const { engine, username, password, host, port, dbname } = value;
  return { conn_type: engine, login: username, password, host, port, schema: dbname };
}
