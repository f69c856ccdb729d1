/** The usual chain of keys, each link by a server of its own. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { awsSigner, keysOf, usualKeys } from "../../aws/mod.ts";
import { startMoto } from "../services/moto.ts";

const program = fromFileUrl(new URL("ask_aws.ts", import.meta.url));
const config = fromFileUrl(new URL("../../deno.json", import.meta.url));

/** What the program prints where nothing but this is set. */
async function told(env: Record<string, string>): Promise<unknown[]> {
  const { PATH = "", HOME = "" } = Deno.env.toObject();
  const files = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, program],
    clearEnv: true,
    env: { PATH, HOME, AWS_REGION: "eu-central-1", ...files, ...env },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  assert(!`${out}${err}`.includes("planted"), `${out}${err}`);
  assert(out.startsWith("["), err);
  return JSON.parse(out);
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const keysAs = (id: string, minutes: number) => ({
  Code: "Success",
  AccessKeyId: id,
  SecretAccessKey: `planted-key-of-${id}`,
  Token: `planted-token-of-${id}`,
  Expiration: inMinutes(minutes),
});

/** A server that answers as `answer` says, and what it was asked. */
function fake(answer: (request: Request, nth: number) => Response) {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return answer(request, asked.length);
  });
  return {
    asked,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("usualKeys() takes a profile of the shared files", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      file,
      "[other]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = planted-profile-key\n",
    );
    const found = await told({ AWS_PROFILE: "other", AWS_SHARED_CREDENTIALS_FILE: file });
    assertEquals(found, [["AKIAPROFILE", "key ***"]]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("usualKeys() takes those of a container, with its token, and asks once while they last", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "Bearer of-the-pod");
  await using server = fake((request) =>
    request.headers.get("authorization") === "Bearer of-the-pod"
      ? Response.json(keysAs("AKIAPOD", 60))
      : new Response(null, { status: 403 })
  );
  try {
    const found = await told({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
      TIMES: "3",
    });
    assertEquals(found, Array(3).fill(["AKIAPOD", "key ***"]));
    assertEquals(server.asked, ["GET /v1/credentials"]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("usualKeys() fetches new ones some minutes before the older ones end, and uses these meanwhile", async () => {
  await using server = fake((_, nth) => Response.json(keysAs(`AKIA${nth}`, nth === 1 ? 4 : 60)));
  const found = await told({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/`, TIMES: "4" });
  assertEquals(found.map((pair) => (pair as string[])[0]), ["AKIA1", "AKIA1", "AKIA2", "AKIA2"]);
  assertEquals(server.asked.length, 2);
  assertEquals(new Set(found.map((pair) => (pair as string[])[1])), new Set(["key ***"]));
});

Deno.test("usualKeys() asks the metadata of an EC2 instance, version 2", async () => {
  await using server = fake((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/latest/api/token" && request.method === "PUT") {
      return new Response("of-the-instance");
    }
    if (request.headers.get("x-aws-ec2-metadata-token") !== "of-the-instance") {
      return new Response(null, { status: 401 });
    }
    return pathname.endsWith("/role-of-it")
      ? Response.json(keysAs("AKIAINSTANCE", 60))
      : new Response("role-of-it");
  });
  const found = await told({ AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url });
  assertEquals(found, [["AKIAINSTANCE", "key ***"]]);
  assertEquals(server.asked[0], "PUT /latest/api/token");
});

Deno.test("S3 and Secrets Manager are asked by web identity", async () => {
  await using moto = await startMoto();
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "planted.web.identity");
  try {
    const keys = { accessKeyId: "AKIAADMIN", secretAccessKey: "of-the-admin" };
    const signer = (service: string) => awsSigner({ keys, region: "eu-central-1", service })();
    const bucket = await (await signer("s3")).fetch(`${moto.url}/models`, {
      method: "PUT",
      body: "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint>" +
        "</CreateBucketConfiguration>",
    });
    assertEquals(bucket.status, 200, await bucket.text());
    const made = await (await signer("secretsmanager")).fetch(moto.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.CreateSecret",
      },
      body: JSON.stringify({ Name: "aurora/warehouse", SecretString: "postgres://warehouse" }),
    });
    assertEquals(made.status, 200, await made.text());
    const [pair, listed, found] = await told({
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/aurora",
      AWS_ENDPOINT_URL: moto.url,
      AURORA_OBJECTS: "s3://models",
      AURORA_AWS_SECRETS_PREFIX: "aurora",
    });
    const [id, key] = pair as string[];
    assert(id?.startsWith("ASIA"), `${pair}`);
    assertEquals([key, listed, found], ["key ***", ["key"], "postgres://warehouse"]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("usualKeys() says in words that there are none", async () => {
  const [error] = await told({ AWS_EC2_METADATA_DISABLED: "true" });
  assertStringIncludes(`${error}`, "NoAwsKeys: Cannot find keys of AWS: ");
  assertStringIncludes(`${error}`, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
});

Deno.test("keysOf() takes the first whole pair, else the usual chain", () => {
  const of = (values: Record<string, string>) =>
    keysOf((name) => values[name], ["AURORA_S3", "AWS"], "open objects in S3");
  const aws = {
    AWS_ACCESS_KEY_ID: "A",
    AWS_SECRET_ACCESS_KEY: "secret-of-a",
    AWS_SESSION_TOKEN: "token-of-a",
  };
  assertEquals(of(aws), {
    accessKeyId: "A",
    secretAccessKey: "secret-of-a",
    sessionToken: "token-of-a",
  });
  const own = { AURORA_S3_ACCESS_KEY_ID: "B", AURORA_S3_SECRET_ACCESS_KEY: "secret-of-b" };
  assertEquals(of({ ...aws, ...own }), {
    accessKeyId: "B",
    secretAccessKey: "secret-of-b",
    sessionToken: undefined,
  });
  assert(of({ AWS_ACCESS_KEY_ID: "" }) === usualKeys);
});
