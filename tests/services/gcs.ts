/** A server that speaks Google Cloud Storage's JSON API, for tests: fake-gcs-server. @module */
import { join } from "@std/path";
import { goInstall } from "./go.ts";
import { CACHE, isFile, provide, which } from "./provide.ts";
import { freePort, type Service, serviceDir, startService } from "./service.ts";

const MODULE = "github.com/fsouza/fake-gcs-server@v1.56.1";
const BIN = join(CACHE, "fake-gcs-server");

/** Path of `fake-gcs-server`, built if it may be (a minute or two). */
export function fakeGcsServer(): Promise<string> {
  return provide({
    what: "fake-gcs-server",
    find: () =>
      Deno.env.get("AURORA_TEST_GCS_BIN") ?? which("fake-gcs-server") ??
        [join(BIN, "fake-gcs-server")].find(isFile),
    install: () => goInstall(MODULE, BIN),
  });
}

/** A server that a test may use; it asks for no credentials. */
export interface TestGcs extends AsyncDisposable {
  /** `http://127.0.0.1:4443`. */
  readonly endpoint: string;
}

/** The server that all tests share; every test makes a bucket of its own. */
export async function testGcs(): Promise<TestGcs> {
  const endpoint = Deno.env.get("AURORA_TEST_GCS_ENDPOINT");
  if (endpoint) return { endpoint, [Symbol.asyncDispose]: () => Promise.resolve() };
  return await startGcs();
}

/** A server of the test's own. */
export async function startGcs(): Promise<Service & TestGcs> {
  const program = await fakeGcsServer();
  const [port, dir] = [freePort(), serviceDir("gcs")];
  const endpoint = `http://127.0.0.1:${port}`;
  const service = await startService({
    name: "gcs",
    command: [
      program,
      "-scheme=http",
      "-host=127.0.0.1",
      `-port=${port}`,
      "-backend=filesystem",
      `-filesystem-root=${dir}/objects`,
      `-external-url=${endpoint}`,
      `-public-host=127.0.0.1:${port}`,
      "-log-level=warn",
    ],
    port,
    dir,
    ready: async () => {
      const call = { signal: AbortSignal.timeout(1_000) };
      const answer = await fetch(`${endpoint}/storage/v1/b?project=test`, call).catch(() => null);
      await answer?.body?.cancel();
      return answer?.status === 200;
    },
  });
  return Object.assign(service, { endpoint });
}
