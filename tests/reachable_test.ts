import { assertEquals } from "@std/assert";
import { hostsIn } from "../reachable.ts";

/** Accounts of services, single sign-on, instances and containers. */
const keysOfAws = (region: string) => [
  "sts.amazonaws.com:443",
  `sts.${region}.amazonaws.com:443`,
  `oidc.${region}.amazonaws.com:443`,
  `portal.sso.${region}.amazonaws.com:443`,
  "169.254.169.254:80",
  "169.254.170.2:80",
  "169.254.170.23:80",
];

const cases: readonly (readonly [what: string, env: Record<string, string>, hosts: string[]])[] = [
  ["an address with its port", { DATABASE_URL: "postgres://a:p@db:6432/x" }, ["db:6432"]],
  ["the port of the scheme", { DATABASE_URL: "postgresql://db.example/x" }, ["db.example:5432"]],
  ["several hosts", { DATABASE_URL: "postgres://a:p@one:5433,two/x" }, ["one:5433", "two:5432"]],
  ["a password with an @", { REDIS_URL: "rediss://:p@ss@cache/0" }, ["cache:6379"]],
  ["IPv6", { REDIS_URL: "redis://[::1]:6380" }, ["[::1]:6380"]],
  ["brokers", { KAFKA_BROKERS: "k1:9093, k2" }, ["k1:9093", "k2:9092"]],
  ["mail", { AURORA_SMTP_URL: "smtps://a:p@mail.example" }, ["mail.example:465"]],
  [
    "several webhooks",
    { AURORA_WEBHOOK_URL: "https://a.example/x, http://b.example:8080/y" },
    ["a.example:443", "b.example:8080", "a.example", "b.example"],
  ],
  ["single sign-on", { AURORA_OIDC_ISSUER: "https://login.example/t" }, ["login.example:443"]],
  [
    "a bucket of Amazon",
    { AURORA_OBJECTS: "s3://models/a", AWS_REGION: "eu-west-1" },
    [
      "s3.eu-west-1.amazonaws.com:443",
      "models.s3.eu-west-1.amazonaws.com:443",
      ...keysOfAws("eu-west-1"),
    ],
  ],
  [
    "a bucket somewhere else",
    { AURORA_S3_ENDPOINT: "http://minio:9000" },
    ["minio:9000"],
  ],
  ["secrets of Amazon", { AURORA_AWS_SECRETS_PREFIX: "aurora/" }, [
    "secretsmanager.us-east-1.amazonaws.com:443",
    ...keysOfAws("us-east-1"),
  ]],
  [
    "who gives keys of Amazon to a container",
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:51679/v1/keys" },
    ["127.0.0.1:51679"],
  ],
  [
    "a connection of Airflow, with an address in its extras",
    { AIRFLOW_CONN_LAKE: "generic://lake?endpoint=https%3A%2F%2Fdata.example%3A8443" },
    ["lake", "data.example:8443"],
  ],
  [
    "a connection as JSON",
    { AURORA_CONN_WAREHOUSE: `{"conn_type": "postgres", "host": "wh.example", "port": 1}` },
    ["wh.example"],
  ],
  ["nothing of other programs", { HTTP_PROXY: "http://proxy", PAGER: "https://x" }, []],
  ["nothing of this server itself", { AURORA_BASE_URL: "https://aurora.example" }, []],
  ["nothing that is no host", { AURORA_WEBHOOK_URL: "https://a,b|c --allow-all/" }, ["a:443", "a"]],
];

for (const [what, env, hosts] of cases) {
  Deno.test(`hostsIn() finds ${what}`, () => assertEquals(hostsIn(env, []), hosts));
}

Deno.test("hostsIn() reads the file of connections too", () => {
  assertEquals(hostsIn({}, ['{"wh": "postgres://a:p@wh.example/x"}']), ["wh.example:5432"]);
});
