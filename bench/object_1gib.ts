import { fromFileUrl } from "@std/path";
import { s3Client } from "../adapters/objects/s3/client.ts";
import { startS3 } from "../tests/services/s3.ts";
import { type Bench, type Figure, figure } from "./bench.ts";
import type { Traffic } from "./object_traffic.ts";
import { folder } from "./place.ts";

/** MiB of the object; another number only to see that the peak does not follow it. */
const SIZE = Number(Deno.env.get("BENCH_OBJECT_MIB") ?? 1024);

/** What a large object costs in time and memory; checksums are made and checked on the way. */
export const bench: Bench = {
  name: "object_1gib",
  what: "an object of 1 GiB up and down, through S3 (SeaweedFS on this machine) and a folder",
  async measure() {
    await using home = await folder();
    const file = await traffic({ AURORA_OBJECTS: `${home.path}/objects` });
    return [...await throughS3(), ...figures("file", file)];
  },
};

async function throughS3(): Promise<readonly Figure[]> {
  Deno.env.set("AURORA_TEST_INSTALL", "1");
  await using server = await startS3();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const bucket = { bucket: "bench", prefix: "", endpoint, accessKeyId, secretAccessKey };
  const made = { method: "PUT", path: "", doing: "make a bucket", signal: undefined } as const;
  await s3Client(bucket).ask(made);
  const through = await traffic({
    AURORA_OBJECTS: "s3://bench",
    AURORA_S3_ENDPOINT: endpoint,
    AURORA_S3_ACCESS_KEY_ID: accessKeyId,
    AURORA_S3_SECRET_ACCESS_KEY: secretAccessKey,
  });
  return figures("s3", through);
}

function figures(store: "s3" | "file", t: Traffic): readonly Figure[] {
  const params = { store, mib: SIZE };
  const perSecond = (seconds: number) => [SIZE * 1.048576 / seconds];
  const name = store === "s3" ? "object_1gib" : "object_1gib_file";
  return [
    figure({ name, unit: "MB/s", params: { ...params, way: "up" } }, perSecond(t.upSeconds)),
    figure({ name: `${name}_down`, unit: "MB/s", params }, perSecond(t.downSeconds)),
    figure({ name: `${name}_peak`, unit: "MB", params }, [t.peakMb]),
    figure({ name: `${name}_before`, unit: "MB", params }, [t.beforeMb]),
  ];
}

async function traffic(env: Readonly<Record<string, string>>): Promise<Traffic> {
  const script = fromFileUrl(new URL("./object_traffic.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, String(SIZE)],
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`Cannot measure objects: ${err}`);
  return JSON.parse(out!) as Traffic;
}
