/**
 * What each process of the program may do, as flags of Deno: nothing that is not listed here.
 *
 * Decided by the environment alone, so that it is known before a process starts: which hosts it may reach, which files it
 * may read and write, which programs and libraries it may start.
 *
 * @module
 */
import { join } from "@std/path";
import { hostsIn } from "./reachable.ts";

/** A process of the program: the server with its sensors, a worker, the process of one isolated step. */
export type Part = "server" | "worker" | "step";

/** What the rights of a process depend on. */
export interface Surroundings {
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the project, absolute. */
  readonly root: string;
  /** Where the embedded database and objects lie, absolute. */
  readonly directory: string;
  /** Where Deno keeps modules and packages. */
  readonly denoDir: string;
  /** Deno itself: workers, steps and trainings are processes of it. */
  readonly deno: string;
  /** Folder of temporary files. */
  readonly temp: string;
  /** The compiler of the islands of the pages; none if it was not found. */
  readonly esbuild?: string | undefined;
  /** Servers that names are asked of. */
  readonly nameServers: readonly string[];
  /** Texts besides the environment in which addresses stand, such as the file of connections. */
  readonly texts: readonly string[];
  /** Where a server listens: `127.0.0.1:8081`. */
  readonly listen?: string | undefined;
  /** Sockets by which a worker speaks with its steps. */
  readonly sockets: readonly string[];
}

/**
 * Facts about the machine, for resource limits and names: all that the program and its packages ask for.
 */
const SYS = [
  "hostname",
  "osRelease",
  "systemMemoryInfo",
  "statfs",
  "cpus",
  "loadavg",
  "homedir",
  "uid",
  "gid",
  "username",
];

/** Variables that name files which are read. */
const FILES =
  /^(AURORA_\w+_(FILE|LIB|CA)|KAFKA_SSL_(CA|CERT|KEY)|GOOGLE_APPLICATION_CREDENTIALS|AWS_\w+_FILE|VIRTUAL_ENV|CONDA_PREFIX)$/;

/**
 * The flags of a process.
 *
 * @example A worker reaches its database, and nothing else
 * ```ts
 * import { rightsOf } from "./rights.ts";
 * import { assert } from "@std/assert";
 *
 * const flags = rightsOf("worker", {
 *   env: { DATABASE_URL: "postgres://db.example/aurora" },
 *   root: "/app",
 *   directory: "/data",
 *   denoDir: "/deno-dir",
 *   deno: "/usr/bin/deno",
 *   temp: "/tmp",
 *   nameServers: [],
 *   texts: [],
 *   sockets: [],
 * });
 * assert(flags.includes("--allow-net=db.example:5432"));
 * ```
 */
export function rightsOf(part: Part, s: Surroundings): readonly string[] {
  const { env } = s;
  const objects = env["AURORA_OBJECTS"] ?? "";
  const kept = objects === "" || objects.includes("://") ? [] : [objects];
  const more = (name: string) => words(env[name]);
  const files = Object.keys(env).filter((name) => FILES.test(name)).map((name) => env[name] ?? "");
  const packages = join(s.denoDir, "npm");
  const native = join(s.root, ".native");
  const list = [
    flag("net", [...netOf(part, s), ...more("AURORA_NET")]),
    flag("read", [
      ...[s.root, s.directory, s.denoDir, s.temp, "/etc/resolv.conf"],
      ...[...kept, ...files, ...certificates(env), ...profiles(env), ...more("AURORA_READ")],
    ]),
    flag("write", [s.directory, s.temp, ...kept, ...more("AURORA_WRITE")]),
    flag("run", [
      s.deno,
      ...(part === "server" && s.esbuild !== undefined ? [s.esbuild] : []),
      ...more("AURORA_RUN"),
    ]),
    // The server computes nothing; a library that is loaded may do whatever the user of the machine may.
    part === "server" ? [] : flag("ffi", [packages, native, ...libraries(env)]),
    // Connections, and what has to be masked, stand in variables of any name.
    ["--allow-env"],
    flag("sys", SYS),
  ];
  return ["--no-prompt", ...list.flat()];
}

function netOf(part: Part, s: Surroundings): readonly string[] {
  return [
    ...(part === "server" && s.listen !== undefined ? [s.listen] : []),
    ...hostsIn(s.env, s.texts),
    // Addresses of webhooks and of tried connections are looked up first, to refuse private ones.
    ...s.nameServers.map((address) => `${address.includes(":") ? `[${address}]` : address}:53`),
    ...s.sockets.map((path) => `unix:${path}`),
  ];
}

/** One flag for a list; all of it if a person says `*`; none for nothing. */
function flag(kind: string, values: readonly string[]): readonly string[] {
  const named = [...new Set(values.filter((value) => value !== ""))];
  if (named.includes("*")) return [`--allow-${kind}`];
  // A comma in a path is written twice.
  const list = named.map((value) => value.replaceAll(",", ",,")).join(",");
  return named.length === 0 ? [] : [`--allow-${kind}=${list}`];
}

const words = (text = ""): readonly string[] => text.split(",").map((word) => word.trim());

const libraries = (env: Surroundings["env"]): readonly string[] =>
  ["AURORA_XGBOOST_LIB", "AURORA_LIGHTGBM_LIB", "VIRTUAL_ENV", "CONDA_PREFIX"]
    .map((name) => env[name] ?? "");

/** Files that an address of PostgreSQL names: `?sslrootcert=/etc/db.pem`. */
const certificates = (env: Surroundings["env"]): readonly string[] =>
  ["DATABASE_URL", "DATABASE_DIRECT_URL"].flatMap((name) =>
    [...(env[name] ?? "").matchAll(/[?&]ssl(?:rootcert|cert|key)=([^&]+)/g)].map(([, path]) =>
      decodeURIComponent(path!)
    )
  );

/** Where keys of AWS are kept for the user of this machine. */
const profiles = (env: Surroundings["env"]): readonly string[] =>
  env["HOME"] ? [join(env["HOME"], ".aws")] : [];
