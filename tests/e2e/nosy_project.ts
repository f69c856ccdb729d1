/** Assets whose code does what it should not be able to do, in the worker and in processes of their own. @module */
import { asset, define, type Definitions } from "engine";

const text = (name: string) => Deno.env.get(name) ?? "";

/** What their code tries. */
const TRIES = {
  shadow: () => Deno.readTextFile("/etc/shadow"),
  write: () => Deno.writeTextFile(text("NOSY_FILE"), "planted"),
  elsewhere: async () => await (await fetch(text("NOSY_REFUSED"))).text(),
  shell: async () => (await new Deno.Command("sh", { args: ["-c", "id"] }).output()).code,
  library: () => void Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } }),
  allowed: async () => await (await fetch(text("NOSY_ALLOWED"))).text(),
  temporary: async () => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, "mine");
    await Deno.remove(file);
    return "mine";
  },
};

const declared = Object.entries(TRIES).flatMap(([name, act]) => [
  asset({ name, materialize: async () => String(await act()) }),
  asset({ name: `${name}_apart`, timeout: "1m", materialize: async () => String(await act()) }),
]);

/** Takes memory until somebody ends it. */
const greedy = asset({
  name: "greedy",
  memory: 400_000_000,
  materialize() {
    const taken: Uint8Array[] = [];
    for (;;) taken.push(new Uint8Array(10_000_000).fill(1));
  },
});

/** Goes on for ever, and cannot be talked to. */
const endless = asset({
  name: "endless",
  timeout: "2s",
  materialize() {
    for (;;);
  },
});

/** What the program runs. */
export const project: Definitions = define(
  Object.fromEntries([...declared, greedy, endless].map((one) => [one.name, one])),
);
