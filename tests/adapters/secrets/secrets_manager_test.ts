import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { masked, UnknownConnection } from "engine";
import { awsSigner } from "../../../aws/mod.ts";
import { connectionsIn } from "../../../adapters/secrets/places.ts";
import { secretsManagerPlace } from "../../../adapters/secrets/secrets_manager.ts";
import { secretsManagerFromEnv } from "../../../adapters/secrets/secrets_manager_from_env.ts";
import { startMoto } from "../../services/moto.ts";

const region = "eu-central-1";
const keys = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "planted-access-key" };
const signer = awsSigner({ keys, region, service: "secretsmanager" });
const at = (endpoint: string) => ({ account: { region, endpoint }, keys });

/** Does something with the secrets of the emulator. */
async function admin(url: string, action: string, body: Record<string, string>): Promise<void> {
  const answer = await (await signer()).fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `secretsmanager.${action}`,
    },
    body: JSON.stringify(body),
  });
  assertEquals(answer.status, 200, await answer.text());
}

Deno.test("secretsManagerPlace() finds addresses, JSON, and what AWS writes for its databases", async () => {
  await using moto = await startMoto();
  const rds = {
    engine: "postgres",
    username: "u",
    password: "planted-rds",
    host: "rds",
    port: 5432,
    dbname: "life",
  };
  const secrets = {
    plain: "redis://:planted-aws@redis:6379",
    json: JSON.stringify({ conn_type: "http", host: "h", password: "planted-json" }),
    rds: JSON.stringify({ ...rds, dbInstanceIdentifier: "x" }),
  };
  for (const [name, text] of Object.entries(secrets)) {
    await admin(moto.url, "CreateSecret", {
      Name: `aurora/connections/${name}`,
      SecretString: text,
    });
  }
  const asked = { prefix: "aurora/connections", freshMs: 1, now: () => 0, onTrouble: () => {} };
  const find = connectionsIn([secretsManagerPlace({ ...asked, ...at(moto.url) })]);
  assertEquals((await find("plain")).password, "planted-aws");
  assertEquals((await find("json")).kind, "http");
  const { kind, login, schema, port } = await find("rds");
  assertEquals([kind, login, schema, port], ["postgres", "u", "life", 5432]);
  assertEquals(masked("planted-rds"), "***");
  await assertRejects(() => find("none"), UnknownConnection, "AWS Secrets Manager");
});

Deno.test("secretsManagerPlace() uses an answer for a while, then asks again, and uses the older one when AWS is gone", async () => {
  await using moto = await startMoto();
  const id = "p/c";
  await admin(moto.url, "CreateSecret", { Name: id, SecretString: "http://first" });
  let now = 0;
  const trouble: string[] = [];
  const place = secretsManagerPlace({
    ...at(moto.url),
    prefix: "p",
    freshMs: 1_000,
    now: () => now,
    onTrouble: (sentence) => trouble.push(sentence),
  });
  const many = await Promise.all([place.find("c"), place.find("c")]);
  assertEquals(many, ["http://first", "http://first"]);
  await admin(moto.url, "PutSecretValue", { SecretId: id, SecretString: "http://second" });
  now = 999;
  assertEquals(await place.find("c"), "http://first");
  now = 1_000;
  assertEquals(await place.find("c"), "http://second");
  await moto.kill();
  now = 2_000;
  assertEquals(await place.find("c"), "http://second");
  assertEquals(trouble.length, 1);
  assertStringIncludes(trouble[0]!, 'Cannot read secret "p/c" of AWS Secrets Manager');
  now = 11_999;
  assertEquals(await place.find("c"), "http://second");
  assertEquals(trouble.length, 1, "it was not asked again so soon");
  const error = await assertRejects(
    () => place.find("other"),
    Error,
    'Cannot read secret "p/other"',
  );
  assert(!error.message.includes("planted"));
  await moto.start();
  await admin(moto.url, "CreateSecret", { Name: id, SecretString: "http://third" });
  now = 12_000;
  assertEquals(await place.find("c"), "http://third");
  assertEquals(await place.find("other"), undefined, "an error is not remembered");
});

Deno.test("secretsManagerFromEnv() is there only when it is set, and not by half", () => {
  const from = (values: Record<string, string>) =>
    secretsManagerFromEnv((name) => values[name] ?? "", { now: () => 0, onTrouble: () => {} });
  assertEquals(from({ AWS_REGION: "eu" }), undefined);
  assertThrows(
    () => from({ AURORA_AWS_SECRETS_PREFIX: "p", AWS_REGION: "eu", AWS_ACCESS_KEY_ID: "a" }),
    TypeError,
    "AWS_ACCESS_KEY_ID is set but not AWS_SECRET_ACCESS_KEY",
  );
  assertThrows(() => from({ AURORA_AWS_SECRETS_PREFIX: "p" }), TypeError, "not AWS_REGION");
  const roles = from({ AURORA_AWS_SECRETS_PREFIX: "p", AWS_REGION: "eu" });
  assertEquals(roles?.name, "AWS Secrets Manager");
  const whole = {
    AURORA_AWS_SECRETS_PREFIX: "p/",
    AWS_DEFAULT_REGION: "eu",
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
  };
  assertEquals(from(whole)?.name, "AWS Secrets Manager");
  assertThrows(
    () => from({ ...whole, AURORA_AWS_SECRETS_SECONDS: "soon" }),
    TypeError,
    '"soon" is not a number',
  );
});
