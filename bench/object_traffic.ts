// deno-lint-ignore-file no-console
/**
 * One object up and down, in a process of its own so that its peak of memory is of nothing else.
 * Run by `bench/object_1gib.ts`, which sets AURORA_OBJECTS; its argument is the size in MiB.
 *
 * @module
 */
import { bodyOf } from "engine";
import { openObjects } from "../adapters/objects/setting.ts";
import { secondsOf } from "./bench.ts";

/** What went through. */
export interface Traffic {
  readonly upSeconds: number;
  readonly downSeconds: number;
  /** The most memory of the process, and what it had before the object. */
  readonly peakMb: number;
  readonly beforeMb: number;
}

const BLOCK = 2 ** 20;

/** Blocks that differ, made as they are read. */
function bytes(blocks: number): ReadableStream<Uint8Array> {
  const random = new Uint8Array(BLOCK);
  for (let at = 0; at < BLOCK; at += 65_536) {
    crypto.getRandomValues(random.subarray(at, at + 65_536));
  }
  return ReadableStream.from((function* () {
    for (let i = 0; i < blocks; i++) {
      const block = random.slice();
      new DataView(block.buffer).setUint32(0, i);
      yield block;
    }
  })());
}

/** A field of `/proc/self/status` in MB: `VmHWM` is the peak, `VmRSS` the present. */
function memory(field: "VmHWM" | "VmRSS"): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? NaN) / 1_000;
}

async function drained(stream: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of stream) size += chunk.length;
  return size;
}

if (import.meta.main) {
  const size = Number(Deno.args[0]);
  const file = await Deno.makeTempFile({ prefix: "aurora-bench-" });
  try {
    await Deno.writeFile(file, bytes(size));
    const body = await bodyOf(async () => (await Deno.open(file)).readable);
    const objects = await openObjects((name) => Deno.env.get(name));
    const beforeMb = memory("VmRSS");
    const upSeconds = await secondsOf(() => objects.put("bench/object.bin", body));
    const downSeconds = await secondsOf(async () => {
      const got = await drained(await objects.get("bench/object.bin"));
      if (got !== body.size) throw new Error(`Cannot measure: ${got} of ${body.size} bytes came`);
    });
    await objects.delete("bench/object.bin");
    const traffic: Traffic = { upSeconds, downSeconds, peakMb: memory("VmHWM"), beforeMb };
    console.log(JSON.stringify(traffic));
  } finally {
    await Deno.remove(file);
  }
}
