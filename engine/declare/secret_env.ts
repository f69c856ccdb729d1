/**
 * Which values of an environment are secret.
 *
 * @module
 */

/** Names of variables whose value is secret, and of fields of a log. */
const SECRET_NAME =
  /(^|[_-])(secret|secret_?key|password|passwd|pwd|passphrase|token|api_?key|access_?key|private_?key|key_?pem|credentials?|authorization)s?$/i;

/** Addresses whose path is the permission to use them, as those of Slack are. */
const SECRET_PATH = /WEBHOOK_?URL$/i;
/** A path that is shorter permits nothing. */
const SHORTEST_PATH = 12;

/** Variables with headers, `authorization=Bearer%20…,x-tenant=a`, as exporters of OpenTelemetry take them. */
const HEADERS = /_HEADERS$/i;
/** A header that is named by its vendor, such as `x-honeycomb-team`, is secret if it is so long. */
const SHORTEST_HEADER = 16;

/** Whether what has this name is secret: `AURORA_WEBHOOK_SECRET`, `apiToken`, `x-api-key`. */
export const isSecretName = (name: string): boolean =>
  SECRET_NAME.test(name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll("-", "_"));

/** The secrets of an environment, and the variables in which they are. */
export function secretsOfEnv(
  env: { readonly [name: string]: string },
  named: ReadonlySet<string>,
): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(env).filter(([, value]) => value !== "").flatMap(([name, value]) => {
    const found = [...addressSecrets(name, value), ...headerSecrets(name, value)];
    if (named.has(name) || isSecretName(name)) found.push(value);
    return found.map((secret) => ({ name, value: secret }));
  });
}

function addressSecrets(name: string, text: string): string[] {
  if (!text.includes("://") || !URL.canParse(text)) return [];
  const url = new URL(text);
  const inQuery = [...url.searchParams].filter(([key]) => isSecretName(key)).map(([, v]) => v);
  const found = inQuery.filter((value) => value !== "");
  if (url.password !== "") found.push(...passwords(url));
  const path = url.pathname + url.search;
  if (SECRET_PATH.test(name) && path.length >= SHORTEST_PATH) found.push(path.slice(1));
  return found;
}

/** What headers have, as it is written and as it is meant, with and without the word before it. */
function headerSecrets(name: string, text: string): readonly string[] {
  if (!HEADERS.test(name)) return [];
  return text.split(",").flatMap((pair) => {
    const [, header = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/s.exec(pair) ?? [];
    if (!isSecretName(header) && value.length < SHORTEST_HEADER) return [];
    const meant = decoded(value);
    return [value, meant, meant.replace(/^(basic|bearer)\s+/i, "")].filter(Boolean);
  });
}

/**
 * The password as it is written and as it is meant. One that is the name of its user or database, as in
 * `postgres://aurora:aurora@db/aurora`, keeps nothing secret: outside of addresses it is only a word.
 */
function passwords(url: URL): string[] {
  const meant = decoded(url.password);
  const isWord = [url.username, url.pathname.slice(1), url.hostname].includes(url.password);
  return isWord ? [] : [...new Set([url.password, meant])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that begins no escape stands for itself.
    return text;
  }
}
