/**
 * Frames in the store of objects, named by their content.
 *
 * @module
 */
import { decodeFrame, encodeFrame, type Frame } from "../../ml/mod.ts";

/** What is needed of a store of objects: bytes under the digest of their content. */
export interface ObjectStore {
  /** Keeps bytes; the same bytes have the same digest. */
  put(bytes: Uint8Array): Promise<{ readonly digest: string; readonly size: number }>;
  /** Gives them back. */
  get(digest: string): Promise<Uint8Array>;
}

/** Keeps a frame as Arrow IPC and gives its digest. */
export async function putFrame(objects: ObjectStore, frame: Frame): Promise<string> {
  return (await objects.put(encodeFrame(frame))).digest;
}

/** Reads a frame back. */
export async function getFrame(objects: ObjectStore, digest: string): Promise<Frame> {
  return decodeFrame(await objects.get(digest));
}
