/** Memory and disk of this machine. @module */
import { statfs } from "node:fs/promises";
import type { HostVitals, Used } from "engine";

/**
 * Measures this machine: memory that programs cannot have any more, and the disk that `directory` lies on. In a container
 * the memory is that of the machine.
 */
export async function hostVitals(directory: string, now: Date): Promise<HostVitals> {
  return { host: Deno.hostname(), at: now, memory: memory(), disk: await disk(directory) };
}

function memory(): Used | null {
  const { total, available } = Deno.systemMemoryInfo();
  return total > 0 ? { used: total - available, most: total } : null;
}

/** As `df` counts: what only root may still write is used. */
async function disk(directory: string): Promise<Used | null> {
  const { blocks, bfree, bavail, bsize } = await statfs(directory);
  const used = (blocks - bfree) * bsize;
  return blocks > 0 ? { used, most: used + bavail * bsize } : null;
}
