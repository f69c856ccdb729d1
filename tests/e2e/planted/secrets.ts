/** Secrets to plant, each unlike any other, and the search for them. @module */

import { user } from "../../adapters/alerts/mail_server.ts";

const key = () => crypto.getRandomValues(new Uint8Array(32)).toBase64();

/** By where it is planted. Some have characters that addresses and JSON escape. */
export const PLANTED = {
  "DATABASE_URL": "planted-pg/word&1",
  "REDIS_URL": "planted-redis-word",
  "KAFKA_SASL_PASSWORD": "s3cret-of-the-test",
  "the connection of the environment": 'planted"env/word',
  "an extra of the environment": "planted-env-extra-token",
  "the connection of the file": "planted-file-word",
  "the connection of the database": "planted-database-word",
  "an extra of the database": "planted-database-extra",
  "the connection of AWS": "planted-aws-word",
  "the mail server": user.password,
  "AURORA_WEBHOOK_URL": "services/planted-hook-path",
  "AURORA_WEBHOOK_SECRET": "planted-hook-signing",
  "AURORA_OIDC_CLIENT_SECRET": "planted-oidc-client",
  "AURORA_AUTH_SECRET": "planted-auth-secret-of-40-characters-....",
  "AURORA_KEYS": key(),
  "AWS_SECRET_ACCESS_KEY": "planted-access-key-of-aws",
  "OPENLINEAGE_API_KEY": "planted-lineage-key",
  "OTEL_EXPORTER_OTLP_HEADERS": "planted-collector-header",
  "a variable of the code": "planted-crm-token",
  "a password of a person": "planted horse battery",
} as const;

/** All ways in which a text may be written. */
function spellings(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const html = secret.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  // Within base64 of a longer text it stands in one of three ways, of which the ends depend on what is around it.
  const inside = [0, 1, 2].map((shift) =>
    new Uint8Array([...new Uint8Array(shift), ...bytes]).toBase64().slice(shift ? 4 : 0, -4)
  );
  return [
    ...new Set([
      secret,
      json,
      JSON.stringify(json).slice(1, -1),
      html,
      encodeURIComponent(secret),
      bytes.toBase64(),
      bytes.toHex(),
      ...inside,
    ]),
  ];
}

/** A place that was searched, and the secret that is there with what stands around it. */
export type Leak = string;

/** Searches texts by name for secrets by name. */
export function leaksIn(
  texts: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): readonly Leak[] {
  return Object.entries(secrets).flatMap(([of, secret]) =>
    Object.entries(texts).flatMap(([place, text]) => {
      const at = spellings(secret).map((s) => text.indexOf(s)).find((i) => i >= 0);
      if (at === undefined) return [];
      const around = text.slice(Math.max(0, at - 200), at + 60);
      return [`${of} is in ${place}: …${around}…`];
    })
  );
}
