import { assertEquals } from "@std/assert";
import { parsed, printed, writeNow } from "../../../adapters/process/log_line.ts";

Deno.test("parsed() reads what printed() wrote, and leaves alone what others printed", () => {
  const line = { level: "warn", message: "one\ntwo", fields: { rows: 3 } } as const;
  assertEquals(parsed(printed(line).trimEnd(), "info"), line);
  assertEquals(parsed("[0] train-rmse:0.5", "info"), {
    level: "info",
    message: "[0] train-rmse:0.5",
  });
  assertEquals(parsed("\x1e{torn", "warn"), { level: "warn", message: "{torn" });
});

Deno.test("printed() cuts a message that is too long for anybody", () => {
  const { message } = parsed(
    printed({ level: "info", message: "x".repeat(1_000_000) }).trimEnd(),
    "info",
  );
  assertEquals(message.length, 20_000);
});

Deno.test("writeNow() writes all, also where it is taken piece by piece or not at once", () => {
  let taken = "";
  let calls = 0;
  const slow = {
    writeSync(bytes: Uint8Array) {
      if (++calls % 3 === 0) throw new Deno.errors.WouldBlock("full");
      taken += new TextDecoder().decode(bytes.subarray(0, 4));
      return Math.min(4, bytes.length);
    },
  };
  writeNow(slow, "all of this text");
  assertEquals(taken, "all of this text");
});
