/** What only root can try: other accounts, folders only root may pass, a disk that is full. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { EmbeddedError } from "../../../../adapters/postgres/embedded/fault.ts";
import { startEmbedded } from "../../../../adapters/postgres/embedded/start.ts";
import { open } from "../../../../adapters/postgres/connect.ts";
import { DIRECTORY } from "../../../services/postgres.ts";

const RUNTIMES = join(DIRECTORY, "runtime");

/** As an ordinary user these cannot happen, or not be caused, so there they do not exist. */
function asRoot(name: string, test: () => Promise<void>): void {
  if (Deno.uid() === 0) Deno.test(name, test);
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A folder that is a file system of its own. */
async function disk(options: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  await run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await run("umount", path);
      await Deno.remove(path);
    },
  };
}

asRoot("startEmbedded() as root runs PostgreSQL as another user", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.chmod(directory, 0o755);
  const server = await startEmbedded({ directory, runtimes: RUNTIMES });
  const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
  assertEquals(/^Uid:\s+(\d+)/m.exec(status)?.[1], "65534");
  assertEquals(/^Groups:(.*)$/m.exec(status)?.[1]?.trim(), "");
  await server.stop();
  await Deno.remove(directory, { recursive: true });
});

asRoot("startEmbedded() as root works below a folder that only root may pass", async () => {
  const home = await Deno.makeTempDir(); // 0700
  const directory = join(home, "project/.aurora");
  const first = await startEmbedded({ directory });
  const elsewhere = await Deno.realPath(join(directory, "postgres"));
  try {
    assert(elsewhere.startsWith("/var/lib/aurora/"), elsewhere);
    const sql = await open(first.url);
    await sql`create table kept ()`;
    await sql.end();
    assertStringIncludes(await Deno.readTextFile(join(directory, "postgres.log")), "ready");
    await first.stop();
    const second = await startEmbedded({ directory });
    assertEquals(second.port, first.port);
    await second.stop();
  } finally {
    await Deno.remove(home, { recursive: true });
    await Deno.remove(elsewhere, { recursive: true });
  }
});

asRoot(
  "startEmbedded() says so when its data was moved out of reach, instead of starting anew",
  async () => {
    const home = await Deno.makeTempDir();
    await Deno.chmod(home, 0o755);
    const options = { directory: join(home, "a"), runtimes: RUNTIMES };
    await startEmbedded(options).then((server) => server.stop());
    await Deno.chmod(home, 0o700);
    const error = await assertRejects(() => startEmbedded(options), EmbeddedError);
    assertEquals(error.kind, "out-of-reach");
    assertStringIncludes(error.message, `may not pass "${home}"`);
    await Deno.remove(home, { recursive: true });
  },
);

asRoot("startEmbedded() says so when the user id has no entry in /etc/passwd", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.chmod(directory, 0o755);
  const account = { uid: 12345, gid: 12345 };
  const failing = startEmbedded({ directory, runtimes: RUNTIMES, account });
  const error = await assertRejects(() => failing, EmbeddedError);
  assertEquals(error.kind, "account");
  assertStringIncludes(error.message, "this user id has no entry in /etc/passwd");
  assertStringIncludes(error.message, "DATABASE_URL");
  await Deno.remove(directory, { recursive: true });
});

asRoot("startEmbedded() says so when the disk is full, and leaves nothing half made", async () => {
  await using small = await disk("size=20m,mode=755");
  const directory = join(small.path, "aurora");
  for (const runtimes of [RUNTIMES, join(directory, "runtime")]) {
    const error = await assertRejects(() => startEmbedded({ directory, runtimes }), EmbeddedError);
    assertEquals(error.kind, "disk-full", error.message);
    assertStringIncludes(error.message, "the disk is full");
  }
  const left = await Array.fromAsync(Deno.readDir(join(directory, "postgres")));
  assertEquals(left.map((entry) => entry.name), []);
});

asRoot("startEmbedded() says so when the directory is read-only", async () => {
  await using fixed = await disk("ro,size=1m,mode=755");
  const directory = join(fixed.path, "aurora");
  const error = await assertRejects(() => startEmbedded({ directory }), EmbeddedError);
  assertEquals(error.kind, "not-writable", error.message);
});
