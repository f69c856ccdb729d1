/** What a backup says of itself. @module */
import { type Objects, sha256Of } from "engine";
import type { Applied } from "../../adapters/postgres/migrate.ts";

/** First word of every manifest. */
const FORMAT = "aurora backup 1";
const FOLDER = "backups/";
const NAME = "manifest.json";

/** One part of a backup, by its key in the store. */
export interface Part {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
}

/** What a backup says of itself; it is written last, so a backup without it was not finished. */
export interface Manifest {
  readonly format: typeof FORMAT;
  /** `2026-11-23T01-53-49.123Z`: the moment that the backup shows; UTC. */
  readonly id: string;
  readonly at: string;
  /** Version of the program that made it. */
  readonly program: string;
  readonly migrations: readonly Applied[];
  /** Schemas that are in it, and what is in the database beside them. */
  readonly schemas: readonly string[];
  readonly left: readonly string[];
  /** The dump of the rows. */
  readonly database: Part & { readonly rows: Readonly<Record<string, number>> };
  /** Artefacts that the rows refer to; the part lists digest and size, line by line. */
  readonly objects: Part & { readonly count: number; readonly bytes: number };
  /** Ids of keys that connections are encrypted by. The keys are not in the backup. */
  readonly keys: readonly string[];
  /** Variables of the environment, without secrets. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Where the parts of a backup lie. */
export const keyOf = (id: string, part: string): string => `${FOLDER}${id}/${part}`;

/** The id of a backup that shows this moment. */
export const idOf = (at: Date): string => at.toISOString().replaceAll(":", "-");

/** Keeps the manifest, and so finishes the backup. */
export async function finish(to: Objects, manifest: Manifest): Promise<void> {
  const text = JSON.stringify(manifest, null, 2) + "\n";
  const bytes = new TextEncoder().encode(text);
  // The seal follows the bytes to wherever they are copied by other means.
  await to.put(keyOf(manifest.id, NAME), bytes);
  const seal = new TextEncoder().encode(`${sha256Of(bytes)}  ${NAME}\n`);
  await to.put(keyOf(manifest.id, `${NAME}.sha256`), seal);
}

/** Ids of finished backups, the newest first. */
export async function finished(store: Objects): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { key } of store.list(FOLDER)) {
    if (key.endsWith(`/${NAME}`)) ids.push(key.slice(FOLDER.length, -NAME.length - 1));
  }
  return ids.sort().reverse();
}

/** @throws {BackupError} If it is not there, damaged, or of another program. */
export async function readManifest(store: Objects, id: string): Promise<Manifest> {
  const key = keyOf(id, NAME);
  if (await store.head(key) === undefined) {
    throw new BackupError(
      `Cannot restore: "${store.place}" has no finished backup "${id}", --list tells which it has`,
    );
  }
  const text = await textOf(store, key);
  const seal = (await textOf(store, `${key}.sha256`)).slice(0, 64);
  if (seal !== sha256Of(new TextEncoder().encode(text))) {
    throw new BackupError(
      `Cannot restore: "${key}" of "${store.place}" was changed after it was written`,
    );
  }
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format === FORMAT) return manifest;
  throw new BackupError(
    `Cannot restore: "${key}" is of format "${manifest.format}", known is "${FORMAT}"`,
  );
}

/** A backup cannot be taken or given back; the message says why. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** An object as text. */
export async function textOf(store: Objects, key: string): Promise<string> {
  return await new Response(await store.get(key) as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}
