/** What the drivers of this program take for a connection. @module */
import type { Connection, Json } from "engine";

const refusal = (c: Connection, why: string) =>
  new TypeError(`Cannot use connection "${c.name}" (${c.kind}): ${why}`);

/** Settings of psycopg2 that only concern psycopg2. */
const OF_PSYCOPG = [
  "cursor",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
];
/** Settings that our driver knows. */
const OF_POSTGRES = [
  "sslmode",
  "prepare",
  "application_name",
  "target_session_attrs",
  "connect_timeout",
];
/** How Airflow says that nothing is verified, or that all is, as our driver does anyway. */
const OF_REDIS = ["db", "ssl", "ssl_cert_reqs", "ssl_check_hostname"];
/** What our address of Redis has behind the `?`, by the names that Airflow or we have for it. */
const REDIS_PARAMETERS: { readonly [extra: string]: string } = {
  ssl_ca_certs: "ca",
  ssl_certfile: "cert",
  ssl_keyfile: "key",
  ca: "ca",
  cert: "cert",
  key: "key",
  servername: "servername",
  namespace: "namespace",
  name: "name",
  sentinel_user: "sentinel_user",
  sentinel_password: "sentinel_password",
};

/**
 * The address that the driver of a kind takes: of `postgres`, `redis`, `redis_sentinel` and `redis_cluster` (also
 * `rediss`…), `http` and `https`, `smtp` and `smtps`.
 *
 * @throws {TypeError} If the kind has none, a host is missing, or an extra would be ignored that changes what is safe.
 */
export function addressOf(c: Connection): string {
  switch (c.kind) {
    case "postgres":
      return postgres(c);
    case "redis":
    case "rediss":
    case "redis_sentinel":
    case "rediss_sentinel":
    case "redis_cluster":
    case "rediss_cluster":
      return redis(c);
    case "http":
    case "https":
      return http(c);
    case "smtp":
    case "smtps":
      return smtp(c);
    default:
      throw refusal(c, "an address is known of postgres, redis, http and smtp only");
  }
}

function postgres(c: Connection): string {
  allowOnly(c, [...OF_PSYCOPG, ...OF_POSTGRES]);
  const query = new URLSearchParams(
    OF_POSTGRES.filter((name) => name in c.extra).map((name) => [name, textOf(c.extra[name]!)]),
  );
  if (c.host?.startsWith("/")) query.set("host", c.host);
  const host = c.host?.startsWith("/") ? "localhost" : hostOf(c);
  return built("postgres", c, { host, path: c.schema ?? "", query });
}

function redis(c: Connection): string {
  allowOnly(c, [...OF_REDIS, ...Object.keys(REDIS_PARAMETERS)]);
  const reqs = c.extra["ssl_cert_reqs"];
  if (reqs !== undefined && reqs !== "required") {
    throw refusal(c, 'ssl_cert_reqs is not "required", and certificates are always verified here');
  }
  if (c.extra["ssl_check_hostname"] !== undefined && !isOn(c.extra["ssl_check_hostname"])) {
    throw refusal(
      c,
      "ssl_check_hostname is off, and names in certificates are always verified here",
    );
  }
  const db = c.schema ?? textOf(c.extra["db"] ?? "");
  if (!/^\d*$/.test(db)) throw refusal(c, `its database is "${db}" where a number is due`);
  const isTls = c.kind.startsWith("rediss") || isOn(c.extra["ssl"]);
  const scheme = c.kind.replace(/^rediss?/, isTls ? "rediss" : "redis").replace("_", "-");
  const query = new URLSearchParams(
    Object.entries(REDIS_PARAMETERS).filter(([extra]) => extra in c.extra)
      .map(([extra, name]) => [name, textOf(c.extra[extra]!)]),
  );
  return built(scheme, c, { host: hostOf(c), path: db, query });
}

/** Airflow keeps the scheme in the host or in the schema, and leaves it out for "http". */
function http(c: Connection): string {
  const [, own, host] = /^(?:(https?):\/\/)?(.*)$/.exec(c.host ?? "")!;
  if (!host) throw refusal(c, "it has no host");
  const isScheme = c.schema === "https" || c.schema === "http";
  const scheme = own ?? (isScheme ? c.schema! : c.kind);
  const [name, ...path] = host.split("/");
  const whole = isScheme ? path.join("/") : [...path, ...(c.schema ? [c.schema] : [])].join("/");
  return built(scheme, c, { host: name!, path: whole, isPath: true });
}

function smtp(c: Connection): string {
  const isTls = c.kind === "smtps" || isOff(c.extra["disable_ssl"]) || c.port === 465;
  return built(isTls ? "smtps" : "smtp", c, { host: hostOf(c), path: "" });
}

/** An account of AWS or of a server that speaks as S3 does. */
export interface AwsAccount {
  /** Id of the access key. */
  readonly accessKeyId: string;
  /** Its secret. */
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string;
  /** `eu-central-1`. */
  readonly region: string;
  /** Another server than that of AWS. */
  readonly endpoint: string | null;
  /** The bucket. */
  readonly bucket: string | null;
}

/**
 * The account of an `aws` or `s3` connection: keys are login and password or extras, `region_name` and `endpoint_url`
 * are extras as Airflow has them.
 *
 * @throws {TypeError} If keys are missing, or a role is to be taken.
 */
export function awsOf(c: Connection): AwsAccount {
  const extra = (...names: string[]) => {
    const name = names.find((n) => c.extra[n] !== undefined && c.extra[n] !== null);
    return name === undefined ? null : textOf(c.extra[name]!);
  };
  if (extra("role_arn") !== null) {
    throw refusal(c, "role_arn is given, and roles are not taken here");
  }
  const accessKeyId = c.login ?? extra("aws_access_key_id");
  const secretAccessKey = c.password ?? extra("aws_secret_access_key");
  if (accessKeyId === null || secretAccessKey === null) {
    throw refusal(c, "it needs the id of an access key as login and its secret as password");
  }
  const sessionToken = extra("aws_session_token");
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
    region: extra("region_name", "region") ?? "us-east-1",
    endpoint: extra("endpoint_url", "endpoint", "host"),
    bucket: c.kind === "s3" ? c.schema ?? c.host : c.schema,
  };
}

const textOf = (value: Json): string => typeof value === "string" ? value : JSON.stringify(value);
const isOn = (value: Json | undefined) => value === true || /^(true|1|yes)$/i.test(String(value));
const isOff = (value: Json | undefined) => value === false || /^(false|0|no)$/i.test(String(value));

function allowOnly(c: Connection, names: readonly string[]): void {
  const strange = Object.keys(c.extra).find((name) => !names.includes(name));
  if (strange === undefined) return;
  throw refusal(c, `its extra "${strange}" has no meaning here, known are ${names.join(", ")}`);
}

function hostOf(c: Connection): string {
  if (c.host !== null) return c.host;
  throw refusal(c, "it has no host");
}

interface Place {
  readonly host: string;
  readonly path: string;
  readonly query?: URLSearchParams;
  /** Slashes part the path and are no part of a name. */
  readonly isPath?: boolean;
}

function built(
  scheme: string,
  c: Connection,
  { host, path, query, isPath = false }: Place,
): string {
  const login = encodeURIComponent(c.login ?? "");
  const password = c.password === null ? "" : `:${encodeURIComponent(c.password)}`;
  const who = login + password === "" ? "" : `${login}${password}@`;
  const port = c.port === null ? "" : `:${c.port}`;
  const isV6 = host.includes(":") && !host.includes(",") && !host.startsWith("[");
  const where = isV6 ? `[${host}]` : host;
  const name = isPath ? encodeURI(path) : encodeURIComponent(path);
  const asked = query?.size ? `?${query}` : "";
  const url = `${scheme}://${who}${where}${port}${name === "" ? "" : `/${name}`}${asked}`;
  // Several hosts are no address of the web; each of them is looked at by the driver.
  if (!host.includes(",") && !URL.canParse(url)) {
    throw refusal(c, "its host is not the name of one");
  }
  return url;
}
