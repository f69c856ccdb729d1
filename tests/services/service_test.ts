import { assert, assertEquals, assertRejects } from "@std/assert";
import { startKafka } from "./kafka.ts";
import { startRedis } from "./redis.ts";
import { answers, freePort, serviceDir, startService } from "./service.ts";

Deno.test("startRedis() serves, dies by kill() and comes back on the same port", async () => {
  await using redis = await startRedis();
  const ping = () => answers(redis.port, () => Promise.resolve(true));
  assert(await ping());
  await redis.kill();
  assertEquals(await ping(), false);
  await redis.start();
  assert(await ping());
});

Deno.test("startKafka() answers and survives kill() with its data folder", async () => {
  await using kafka = await startKafka();
  assertEquals(kafka.brokers, [`127.0.0.1:${kafka.port}`]);
  await kafka.kill();
  await kafka.start();
  assert(await answers(kafka.port, () => Promise.resolve(true)));
});

Deno.test("startService() shows the log of a server that exits early", async () => {
  const error = await assertRejects(() =>
    startService({
      name: "broken",
      command: ["sh", "-c", "echo wrong option; exit 3"],
      port: freePort(),
      dir: serviceDir("broken"),
      ready: () => Promise.resolve(false),
    }), Error);
  assert(/exited with 3\nwrong option/.test(error.message), error.message);
});

Deno.test("a service ends when the process that started it is killed", async () => {
  const script = `import { startRedis } from "${new URL("./redis.ts", import.meta.url)}";
    const redis = await startRedis(); 
    console.log(redis.port);
    await new Promise(() => setInterval(() => {}, 1000));`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, script);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, file],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const { value } = await child.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  const port = Number(value);
  const alive = () => answers(port, () => Promise.resolve(true));
  assert(await alive());
  child.kill("SIGKILL");
  await child.status;
  await Deno.remove(file);
  for (let i = 0; i < 100 && await alive(); i++) await new Promise((r) => setTimeout(r, 20));
  assertEquals(await alive(), false);
});
