/** A folder of artefacts, for tests that collect garbage. @module */
import { join } from "@std/path";
import { artefactKey, artefacts } from "engine";
import { fileObjects } from "../adapters/objects/file.ts";

/** Bytes of words. */
export const text = (words: string) => new TextEncoder().encode(words);

/** A folder of artefacts, by the words in them; each was written a month ago. */
export async function store(...words: readonly string[]) {
  const path = await Deno.makeTempDir({ prefix: "aurora-objects-" });
  const kept = artefacts(fileObjects(path));
  const digests: Record<string, string> = {};
  for (const w of words) {
    const { digest } = await kept.put(text(w));
    digests[w] = digest;
    await age(path, digest);
  }
  const has = async (w: string) => await kept.objects.head(artefactKey(digests[w]!)) !== undefined;
  const dispose = () => Deno.remove(path, { recursive: true });
  return { path, kept, digests, has, [Symbol.asyncDispose]: dispose };
}

/** Lets an artefact be a month old. */
export async function age(path: string, digest: string): Promise<void> {
  const then = new Date(Date.now() - 30 * 86_400_000);
  await Deno.utime(join(path, artefactKey(digest)), then, then);
}
