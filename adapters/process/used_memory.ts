/**
 * How much memory a process and those that it started use.
 *
 * @module
 */

/**
 * Bytes that the process and its descendants hold and nobody can take from them (`RssAnon` and `RssShmem`): heap,
 * ArrayBuffers, what native code allocated; not the pages of files. Undefined where there is no `/proc` (macOS), and
 * when the process has ended.
 */
export function usedMemory(pid: number): number | undefined {
  const own = ownMemory(pid);
  if (own === undefined) return undefined;
  return childrenOf(pid).reduce((sum, child) => sum + (usedMemory(child) ?? 0), own);
}

function ownMemory(pid: number): number | undefined {
  const text = read(`/proc/${pid}/status`);
  if (text === undefined) return undefined;
  const parts = [...text.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)];
  return parts.reduce((sum, [, kb]) => sum + 1_024 * Number(kb), 0);
}

/** A child belongs to the thread that started it. */
function childrenOf(pid: number): readonly number[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
      (read(`/proc/${pid}/task/${name}/children`) ?? "").split(" ").filter(Boolean).map(Number)
    );
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
