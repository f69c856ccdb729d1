import { assertEquals } from "@std/assert";
import { type ChildTask, pack, unpack } from "../../../ml/train/wire.ts";
import { request } from "../data.ts";

Deno.test("unpack() gives back what pack() took, NaN and infinity too", () => {
  const odd = request({ params: { base_score: NaN, alpha: -Infinity, flag: true, text: "é" } });
  const task: ChildTask = { request: odd, library: "lib.so", version: "1.0" };
  assertEquals(unpack<ChildTask>(pack(task)), task);
});

Deno.test("unpack() gives views, not copies", () => {
  const bytes = pack({ request: request(), library: "lib.so" });
  const { train } = unpack<ChildTask>(bytes).request;
  assertEquals(train.values.buffer, bytes.buffer);
});
