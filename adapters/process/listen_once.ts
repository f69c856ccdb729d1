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

/**
 * Opens a socket that only this user reaches; closing it leaves the connection open. It is one of `paths`, if there are
 * any, whose folder is for this user alone.
 *
 * @throws {Deno.errors.AddrInUse} If all of them are taken.
 */
export async function listenOnce(paths: readonly string[] = []): Promise<Listening> {
  if (paths.length > 0) return listening(free(paths), (path) => Deno.removeSync(path));
  const folder = await Deno.makeTempDir({
    prefix: "aurora_",
    ...((Deno.env.get("TMPDIR") ?? "").length > LONGEST_FOLDER ? { dir: "/tmp" } : {}),
  });
  const path = join(folder, "step");
  return listening({ path, listener: Deno.listen({ transport: "unix", path }) }, () => {
    Deno.removeSync(folder, { recursive: true });
  });
}

interface Open {
  readonly path: string;
  readonly listener: Deno.UnixListener;
}

/** The one after that which was taken last: closing a socket may remove its file a moment later. */
let turn = 0;

function free(paths: readonly string[]): Open {
  for (let i = 0; i < paths.length; i++) {
    const path = paths[turn++ % paths.length]!;
    try {
      return { path, listener: Deno.listen({ transport: "unix", path }) };
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Deno.errors.AddrInUse(
    `Cannot wait for a process: all ${paths.length} sockets of this worker are taken`,
  );
}

function listening({ path, listener }: Open, remove: (path: string) => void): Listening {
  return {
    path,
    // Closed before anybody came: whoever closed it knows.
    accepted: listener.accept().catch(() => undefined),
    [Symbol.dispose]() {
      remove(path);
      listener.close();
    },
  };
}
