/**
 * A door for one process.
 *
 * @module
 */
import { join } from "node:path";

/** A socket that one process is waited for at. */
export interface Listening extends Disposable {
  /** Where. */
  readonly path: string;
  /** The connection. */
  readonly accepted: Promise<Deno.Conn | undefined>;
}

/** Bytes that the path of a socket may have (macOS; Linux has 107), less those that we add. */
const LONGEST_FOLDER = 103 - "/aurora_0123456789abcdef/step".length;

/** Opens a socket that only this user reaches; closing it leaves the connection open. */
export async function listenOnce(): Promise<Listening> {
  const folder = await Deno.makeTempDir({
    prefix: "aurora_",
    ...((Deno.env.get("TMPDIR") ?? "").length > LONGEST_FOLDER ? { dir: "/tmp" } : {}),
  });
  const path = join(folder, "step");
  const listener = Deno.listen({ transport: "unix", path });
  return {
    path,
    // Closed before anybody came: whoever closed it knows.
    accepted: listener.accept().catch(() => undefined),
    [Symbol.dispose]() {
      listener.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}
