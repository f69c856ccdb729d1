/** A real PgBouncer for tests. @module */
import { join } from "@std/path";
import { apt, cannotInstall, hasApt, isFile, provide, which } from "./provide.ts";
import { answers, freePort, type Service, serviceDir, startService } from "./service.ts";

/** Path of pgbouncer, installed if it may be. */
export function pgbouncer(): Promise<string> {
  return provide({
    what: "pgbouncer",
    find: () =>
      Deno.env.get("AURORA_TEST_PGBOUNCER_BIN") ?? which("pgbouncer") ??
        ["/usr/sbin/pgbouncer"].find(isFile),
    install: () => hasApt() ? apt("pgbouncer") : Promise.reject(cannotInstall("pgbouncer")),
  });
}

/** How a pooler lends the connections of the server. */
export interface PgbouncerOptions {
  /** @default {"transaction"} */
  readonly mode?: "session" | "transaction" | "statement";
  /** Connections to the server at most. @default {8} */
  readonly size?: number;
}

/** A pooler before the server of `url`, with the same databases under the same names. */
export async function startPgbouncer(
  url: string,
  { mode = "transaction", size = 8 }: PgbouncerOptions = {},
): Promise<Service & { readonly url: string }> {
  const program = await pgbouncer();
  const [port, dir] = [freePort(), serviceDir("pgbouncer")];
  const { hostname, port: target, username, password } = new URL(url);
  const account = `user=${username} password=${decodeURIComponent(password)}`;
  const config = join(dir, "pgbouncer.ini");
  await Deno.writeTextFile(
    config,
    `[databases]
* = host=${hostname} port=${target} ${account}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${size}
max_client_conn = 500
`,
  );
  // It refuses to run as root.
  const runAs = Deno.uid() === 0 ? ["-u", "nobody"] : [];
  if (Deno.uid() === 0) await Deno.chmod(dir, 0o755);
  const service = await startService({
    name: "pgbouncer",
    command: [program, ...runAs, config],
    port,
    dir,
    ready: () => answers(port, refusesTls),
    timeoutMs: 20_000,
  });
  const pooled = new URL(url);
  pooled.port = `${port}`;
  return Object.assign(service, { url: pooled.href });
}

/** It answers "N" to the question for TLS, which it was not set up for. */
async function refusesTls(connection: Deno.Conn): Promise<boolean> {
  await connection.write(new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]));
  const answer = new Uint8Array(1);
  await connection.read(answer);
  return answer[0] === "N".charCodeAt(0);
}
