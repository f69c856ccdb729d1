import { assertEquals, assertStringIncludes } from "@std/assert";
import { testDatabase } from "../services/postgres.ts";
import { makeBucket, testS3 } from "../services/s3.ts";
import { run } from "./program.ts";

Deno.test("a step keeps its frames in a bucket, where the collection knows them", async () => {
  await using db = await testDatabase();
  await using s3 = await testS3();
  const directory = await Deno.makeTempDir({ prefix: "aurora-e2e-" });
  const { bucket, endpoint, accessKeyId, secretAccessKey } = await makeBucket(s3);
  const env = {
    DATABASE_URL: db.url,
    AURORA_DIRECTORY: directory,
    AURORA_OBJECTS: `s3://${bucket}/aurora`,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const slice = ["training/extract_training_data", "--partition", "2025-02-01"];
  const done = await run(["cli.ts", "materialize", ...slice, "--wait"], { env });
  assertEquals(done.code, 0, done.out + done.err);
  const looked = await run(["tasks/objects_gc.ts", "--dry-run"], { env });
  assertEquals(looked.code, 0, looked.err);
  assertStringIncludes(looked.out, "2 artefacts: 2 referred to, 0 young, 0 would be removed");
  await assertComesBack(env, bucket);
  const wrong = { ...env, AWS_SECRET_ACCESS_KEY: "of-somebody-else" };
  const refused = await run(["cli.ts", "test-asset", ...slice], { env: wrong });
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.out + refused.err, "SignatureDoesNotMatch");
  assertEquals((refused.out + refused.err).includes("of-somebody-else"), false);
  await Deno.remove(directory, { recursive: true });
});

/** Backs up into the bucket, restores into another database and prefix, and looks for the frames there. */
async function assertComesBack(env: Readonly<Record<string, string>>, bucket: string) {
  await using other = await testDatabase();
  const place = `s3://${bucket}/backups`;
  for (const copied of ["2 objects (2 new", "2 objects (0 new"]) {
    const taken = await run(["tasks/backup.ts", "--to", place, "--keep", "1"], { env });
    assertEquals(taken.code, 0, taken.err);
    assertStringIncludes(taken.out, copied);
  }
  const there = { ...env, DATABASE_URL: other.url, AURORA_OBJECTS: `s3://${bucket}/restored` };
  const restored = await run(["tasks/restore.ts", place], { env: there });
  assertEquals(restored.code, 0, restored.out + restored.err);
  assertStringIncludes(restored.out, "2 objects copied and verified");
  const looked = await run(["tasks/objects_gc.ts", "--dry-run"], { env: there });
  assertStringIncludes(looked.out, "2 artefacts: 2 referred to, 0 young, 0 would be removed");
}
