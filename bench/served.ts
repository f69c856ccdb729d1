/**
 * The real server as a process.
 *
 * @module
 */
import { join } from "@std/path";
import { child } from "./child.ts";

/** A server that is starting. */
export interface Starting extends AsyncDisposable {
  /** The process id of its launcher. */
  readonly pid: number;
  /** Seconds since it was started. */
  seconds(): number;
  /** Resolves when the path answers with 200. */
  answers(path: string): Promise<void>;
  /** Resolves with the first line of its output that `wanted` accepts. */
  said(wanted: (line: string) => boolean): Promise<string>;
}

/** Milliseconds between two tries to reach a server that does not listen yet. */
const TRY_MS = 5;
/** Milliseconds after which a server is not waited for any more. */
const LIMIT_MS = 60_000;

/** Starts `server.ts` with one worker on a directory, as `deno task start` does it. */
export function started(directory: string): Starting {
  const port = freePort();
  const began = performance.now();
  const env = {
    AURORA_DIRECTORY: join(directory, "aurora"),
    DATABASE_URL: "",
    REDIS_URL: "",
    KAFKA_BROKERS: "",
  };
  const server = child(
    "start.ts",
    ["server.ts", "--port", String(port), "--workers", "1"],
    env,
  );
  const ended = server.said(() => false);
  ended.catch(() => {});
  const answers = async (path: string) => {
    while (performance.now() - began < LIMIT_MS) {
      const status = await Promise.race([statusOf(`http://127.0.0.1:${port}${path}`), ended]);
      if (status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    }
    throw new Error(`Cannot measure: "${path}" did not answer within ${LIMIT_MS} ms`);
  };
  return {
    pid: server.pid,
    seconds: () => (performance.now() - began) / 1_000,
    answers,
    said: server.said,
    [Symbol.asyncDispose]: () => server.end(),
  };
}

async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
