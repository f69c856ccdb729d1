import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bytesOf } from "engine";
import { objectsPlace, openObjects } from "../../../adapters/objects/setting.ts";
import { makeBucket, testS3 } from "../../services/s3.ts";

const server = await testS3();
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const text = (words: string) => new TextEncoder().encode(words);
const of = (env: Record<string, string>) => openObjects((name) => env[name]);

Deno.test("objectsPlace() reads folders, buckets and prefixes", () => {
  const places = {
    ".aurora/objects": { kind: "file", folder: ".aurora/objects" },
    "/data/objects": { kind: "file", folder: "/data/objects" },
    "s3://models": { kind: "s3", bucket: "models", prefix: "" },
    "s3://models/": { kind: "s3", bucket: "models", prefix: "" },
    "s3://models/aurora/prod/": { kind: "s3", bucket: "models", prefix: "aurora/prod" },
    "gs://my_models/aurora": { kind: "gcs", bucket: "my_models", prefix: "aurora" },
  } as const;
  for (const [text, place] of Object.entries(places)) assertEquals(objectsPlace(text), place);
});

Deno.test("objectsPlace() refuses the rest, says what would be right, and hides passwords", () => {
  const wrong = {
    "": "it is empty",
    "https://bucket.s3.amazonaws.com": `"https://" is not known`,
    "azure://models": `"azure://" is not known`,
    "S3://models": `"S3://" is not known`,
    "s3://": `"" is no name of a bucket`,
    "s3://Models": `"Models" is no name of a bucket`,
    "s3://key:hidden@models/a": "no name of a bucket",
    "s3://models/../other": `"../other" is no prefix`,
    "s3://models//a": `"/a" is no prefix`,
  };
  for (const [text, found] of Object.entries(wrong)) {
    const error = assertThrows(() => objectsPlace(text), SyntaxError, "s3://bucket/prefix");
    assertEquals(error.message.includes(found), true, error.message);
    assertEquals(error.message.slice(0, error.message.indexOf(":")).includes("hidden"), false);
  }
});

Deno.test("openObjects() takes Aurora's variables before those of AWS", async () => {
  const { bucket, endpoint, accessKeyId, secretAccessKey } = await makeBucket(server);
  const aws = {
    AURORA_OBJECTS: `s3://${bucket}/a`,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "eu-central-1",
  };
  const objects = await of(aws);
  await objects.put("key", text("hello"));
  assertEquals([objects.name, objects.place], ["s3", `s3://${bucket}/a`]);
  const own = await of({
    ...aws,
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_SECRET_ACCESS_KEY: "of something else",
    AURORA_S3_ENDPOINT: endpoint,
    AURORA_S3_ACCESS_KEY_ID: accessKeyId,
    AURORA_S3_SECRET_ACCESS_KEY: secretAccessKey,
  });
  assertEquals(await bytesOf(await own.get("key")), text("hello"));
});

Deno.test("openObjects() says which variable is missing or cannot be read", async () => {
  const s3 = { AURORA_OBJECTS: "s3://models", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  const missing = { ...s3, AWS_SECRET_ACCESS_KEY: "" };
  await assertRejects(() => of(missing), TypeError, "not AWS_SECRET_ACCESS_KEY");
  const refused = (name: string, value: string) =>
    assertRejects(() => of({ ...s3, [name]: value }), SyntaxError, `Cannot read ${name}`);
  await refused("AURORA_S3_ENDPOINT", "minio:9000");
  await refused("AURORA_S3_ENDPOINT", "https://user:password@minio:9000");
  await refused("AURORA_S3_PATH_STYLE", "yes");
  await refused("AURORA_S3_SSE", "aes");
});
