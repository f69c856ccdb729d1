import { dirname } from "@std/path";
import { EmbeddedError, WAY_OUT } from "./fault.ts";

/** Whom PostgreSQL runs as when it is not whoever started the program: root is refused by it. */
export type Account = { readonly uid: number; readonly gid: number };

const PREFERRED = ["nobody", "postgres", "daemon"];

/**
 * The account for a program that runs as `uid`: none (its own) for an ordinary user, "nobody" for root.
 *
 * `passwd` is the text of /etc/passwd; the group is read from there, as it differs between distributions.
 */
export function accountFor(uid: number | null, passwd: string, os: string): Account | undefined {
  if (uid !== 0) return undefined;
  if (os === "linux") {
    const lines = passwd.split("\n").map((line) => line.split(":"));
    for (const name of PREFERRED) {
      const entry = lines.find((each) => each[0] === name);
      const account = { uid: Number(entry?.[2]), gid: Number(entry?.[3]) };
      if (entry !== undefined && account.uid > 0) return account;
    }
  }
  throw new EmbeddedError(
    "account",
    `Cannot start the embedded PostgreSQL as root on "${os}": no account "nobody" in /etc/passwd, ` +
      `start as an ordinary user ${WAY_OUT}`,
  );
}

/** The topmost folder on the way to `path` that `account` may not pass, if any. Missing ones are passable. */
export async function blockedAt(path: string, account: Account): Promise<string | undefined> {
  const parent = dirname(path);
  const above = parent === path ? undefined : await blockedAt(parent, account);
  if (above !== undefined) return above;
  const info = await Deno.stat(path).catch(() => undefined);
  if (info === undefined) return undefined;
  return passable(info, account) ? undefined : path;
}

function passable(info: Deno.FileInfo, account: Account): boolean {
  const mode = info.mode ?? 0o777;
  if (info.uid === account.uid) return (mode & 0o100) !== 0;
  if (info.gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
