import { assert, assertEquals } from "@std/assert";
import { wardenKeeper } from "../../../adapters/process/warden_keeper.ts";
import { isAlive, until } from "../../e2e/program.ts";

/** A process that leads a group, with a child. */
async function family() {
  const parent = new Deno.Command("sh", {
    args: ["-c", "sleep 100 & echo $!; sleep 100"],
    stdout: "piped",
    detached: true,
  }).spawn();
  const { value } = await parent.stdout.getReader().read();
  const child = Number(new TextDecoder().decode(value));
  return { pid: parent.pid, child, status: parent.status };
}

const gone = (pid: number) => until(() => !isAlive(pid), { what: `the end of ${pid}` });

Deno.test("a warden tells what a process uses, and ends it with all that it started", async () => {
  await using keeper = wardenKeeper();
  const { pid, child, status } = await family();
  keeper.hold(pid);
  assert((await keeper.look(pid))! > 0);
  await until(() => (keeper.used(pid) ?? 0) > 0, { what: "a look that nobody asked for" });
  keeper.kill(pid);
  assertEquals((await status).signal, "SIGKILL");
  await gone(child);
  assertEquals(await keeper.look(pid), undefined);
});

Deno.test("a warden ends nothing that it does not hold", async () => {
  await using keeper = wardenKeeper();
  const { pid, status } = await family();
  keeper.kill(pid);
  await keeper.look(pid);
  assert(isAlive(pid));
  Deno.kill(-pid, "SIGKILL");
  await status;
});

Deno.test("a warden ends what it holds when its worker is gone", async () => {
  const { pid, child, status } = await family();
  {
    await using keeper = wardenKeeper();
    keeper.hold(pid);
    await keeper.look(pid);
  }
  assertEquals((await status).signal, "SIGKILL");
  await gone(child);
});
