/** A server that speaks as AWS does, for tests: Secrets Manager, S3, STS. @module */
import { join } from "@std/path";
import { CACHE, isFile, provide, run } from "./provide.ts";
import { freePort, type Service, serviceDir, startService } from "./service.ts";

const VERSION = "5.2.5";
const DIR = join(CACHE, `moto/${VERSION}`);

/** Folder with moto and what it needs, fetched from PyPI if it may be. */
export function motoPackages(): Promise<string> {
  return provide({
    what: "moto",
    find: () => {
      const dir = Deno.env.get("AURORA_TEST_MOTO_LIBS") ?? DIR;
      return isFile(join(dir, "moto/server.py")) ? dir : undefined;
    },
    install: async () => {
      const partial = `${DIR}.partial`;
      const wanted = `moto[server,secretsmanager,s3,sts]==${VERSION}`;
      await run("python3", [
        "-m",
        "pip",
        "install",
        "-q",
        "--upgrade",
        "--target",
        partial,
        wanted,
      ]);
      await Deno.rename(partial, DIR);
    },
  });
}

/** A server of the test's own, which knows every key. */
export async function startMoto(): Promise<Service & { readonly url: string }> {
  const [libs, port, dir] = [await motoPackages(), freePort(), serviceDir("moto")];
  const url = `http://127.0.0.1:${port}`;
  const service = await startService({
    name: "moto",
    command: ["python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", `${port}`],
    env: { PYTHONPATH: libs, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test-secret" },
    port,
    dir,
    ready: async () => {
      const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok ?? false;
    },
  });
  return Object.assign(service, { url });
}
