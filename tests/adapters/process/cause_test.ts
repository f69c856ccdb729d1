import { assertEquals } from "@std/assert";
import { causeOf } from "../../../adapters/process/cause.ts";

const cause = (code: number, signal: Deno.Signal | null, said = "") =>
  causeOf({ status: { code, signal }, said, memory: 512_000_000 });

Deno.test("causeOf() tells apart how a process ended", () => {
  const heap =
    "<--- Last few GCs --->\n#\n# Fatal JavaScript out of memory: Reached heap limit\n#\n";
  assertEquals(cause(133, "SIGTRAP", heap), {
    end: "memory",
    words: "its process ran out of memory: its JavaScript heap reached 512 MB",
  });
  const promotion =
    "# Fatal JavaScript out of memory: MarkCompactCollector: young object promotion";
  assertEquals(cause(133, "SIGTRAP", promotion).end, "memory");
  assertEquals(cause(139, "SIGSEGV"), {
    end: "signal",
    words: "its process crashed by SIGSEGV (native code)",
  });
  assertEquals(
    cause(134, "SIGABRT", "libxgboost: check failed\n").words,
    "its process crashed by SIGABRT (native code): libxgboost: check failed",
  );
  assertEquals(
    cause(133, "SIGTRAP", "# Fatal error in v8\n# unreachable code\n  deno(+0x1) [0x2]\n").words,
    "its process crashed by SIGTRAP (native code): # Fatal error in v8",
  );
  assertEquals(cause(137, "SIGKILL").end, "signal");
  assertEquals(
    cause(137, "SIGKILL").words,
    "its process was killed by SIGKILL (by a person, or by the system for lack of memory)",
  );
  assertEquals(cause(143, "SIGTERM").words, "its process was killed by SIGTERM");
  assertEquals(cause(7, null), {
    end: "exit",
    words: "its process was ended with exit code 7 (Deno.exit)",
  });
});

Deno.test("causeOf() tells the error that nobody caught, without its colours", () => {
  const said = "\x1b[31merror\x1b[0m: Uncaught (in promise) Error: gone\n    throw x\n    ^\n";
  assertEquals(
    cause(1, null, said).words,
    "its process ended by an error that nobody caught: error: Uncaught (in promise) Error: gone",
  );
});
