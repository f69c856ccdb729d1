import { assert, assertEquals } from "@std/assert";
import { rightsOf, type Surroundings } from "../rights.ts";

const here = (o: Partial<Surroundings> = {}): Surroundings => ({
  env: { DATABASE_URL: "postgres://db/aurora" },
  root: "/app",
  directory: "/data",
  denoDir: "/deno",
  deno: "/usr/bin/deno",
  temp: "/tmp",
  esbuild: "/deno/npm/esbuild",
  nameServers: ["10.0.0.2", "fd00::1"],
  texts: [],
  listen: "127.0.0.1:8081",
  sockets: [],
  ...o,
});
const of = (kind: string, flags: readonly string[]) =>
  flags.find((flag) => flag.startsWith(`--allow-${kind}`));

Deno.test("rightsOf() lets the server listen, reach its database and ask for names", () => {
  const flags = rightsOf("server", here());
  assertEquals(of("net", flags), "--allow-net=127.0.0.1:8081,db:5432,10.0.0.2:53,[fd00::1]:53");
  assertEquals(of("run", flags), "--allow-run=/usr/bin/deno,/deno/npm/esbuild");
  assertEquals(of("ffi", flags), undefined);
});

Deno.test("rightsOf() lets a worker load libraries, and speak with its steps", () => {
  const flags = rightsOf("worker", here({ sockets: ["/tmp/a/0"] }));
  assertEquals(of("net", flags), "--allow-net=db:5432,10.0.0.2:53,[fd00::1]:53,unix:/tmp/a/0");
  assertEquals(of("run", flags), "--allow-run=/usr/bin/deno");
  assertEquals(of("ffi", flags), "--allow-ffi=/deno/npm,/app/.native");
});

Deno.test("rightsOf() gives no process everything, and asks nobody", () => {
  for (const part of ["server", "worker", "step"] as const) {
    const flags = rightsOf(part, here());
    assert(flags.includes("--no-prompt"));
    const open = flags.filter((flag) => /^(-A|--allow-[a-z]+)$/.test(flag));
    assertEquals(open, ["--allow-env"], part);
  }
});

Deno.test("rightsOf() adds what a person adds, and everything of a kind for a star", () => {
  const env = { AURORA_NET: "api.example, *.lake.example", AURORA_READ: "/mnt/a b,/c" };
  const flags = rightsOf("step", here({ env, nameServers: [] }));
  assertEquals(of("net", flags), "--allow-net=api.example,*.lake.example");
  assert(of("read", flags)?.endsWith("/etc/resolv.conf,/mnt/a b,/c"), of("read", flags));
  assertEquals(of("net", rightsOf("step", here({ env: { AURORA_NET: "*" } }))), "--allow-net");
});

Deno.test("rightsOf() reads the files that variables name, and writes objects only where they lie", () => {
  const env = {
    AURORA_OBJECTS: "/objects",
    AURORA_KEYS_FILE: "/run/secrets/keys",
    DATABASE_URL: "postgres://db/x?sslmode=verify-full&sslrootcert=%2Fetc%2Fdb.pem",
  };
  const flags = rightsOf("worker", here({ env }));
  for (const path of ["/objects", "/run/secrets/keys", "/etc/db.pem"]) {
    assert(of("read", flags)?.split(",").includes(path), path);
  }
  assertEquals(of("write", flags), "--allow-write=/data,/tmp,/objects");
});
