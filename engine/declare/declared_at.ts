/**
 * Where a declaration stands in the source, for messages and links.
 *
 * @module
 */

const here = new URL("./", import.meta.url).href;
const root = new URL("../../", import.meta.url).href;

/** The place of the nearest caller outside this folder, `assets/features/activity.ts:12`; empty if unknown. */
export function declaredAt(): string {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  for (const frame of frames) {
    const found = /(file:\/\/\S+?|https?:\/\/\S+?):(\d+):\d+\)?$/.exec(frame);
    if (!found || found[1]!.startsWith(here)) continue;
    const file = found[1]!;
    return `${file.startsWith(root) ? file.slice(root.length) : file}:${found[2]}`;
  }
  return "";
}
