/** Prebuilt commands: what is the same in every command is encoded once. @module */
import { Buffer } from "node:buffer";
import { troubleOf } from "engine";
import { Cluster, Command, type Redis } from "ioredis";
import type { RedisClient } from "./connect.ts";
import { beginCommands } from "./traced.ts";

const encoder = new TextEncoder();
const CRLF = encoder.encode("\r\n");

/** One argument as it goes over the wire. */
export function bulk(argument: Uint8Array | string): Uint8Array {
  const to = new FrameWriter(32);
  to.bulk(typeof argument === "string" ? encoder.encode(argument) : argument);
  return to.frame();
}

/** Writes one command, `*n` and its arguments, into a buffer that grows. */
export class FrameWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Begins a command of so many arguments, its name included. */
  begin(argumentCount: number): this {
    this.#length = 0;
    this.#reserve(16);
    return this.#mark(0x2a, argumentCount);
  }

  /** One argument. */
  bulk(argument: Uint8Array): this {
    this.#reserve(argument.length + 16);
    this.#mark(0x24, argument.length);
    this.#bytes.set(argument, this.#length);
    this.#length += argument.length;
    return this.#crlf();
  }

  /** One argument, or many, that {@linkcode bulk} has encoded. */
  raw(encoded: Uint8Array): this {
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
    return this;
  }

  #mark(kind: number, count: number): this {
    this.#bytes[this.#length++] = kind;
    if (count < 10) {
      this.#bytes[this.#length++] = 0x30 + count;
    } else {
      const { written } = encoder.encodeInto(String(count), this.#bytes.subarray(this.#length));
      this.#length += written;
    }
    return this.#crlf();
  }

  #crlf(): this {
    this.#bytes.set(CRLF, this.#length);
    this.#length += 2;
    return this;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  /** The bytes of the command. */
  frame(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}

/** A prebuilt command, and the slot of its keys. */
export interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What {@linkcode slotsOf} gave for each of its keys. */
  readonly slot: number;
}

/**
 * Gives the slot of a key, 0 to 16383: keys of one command must have the same. Outside of a Cluster all keys may stand
 * together, so all have slot 0.
 */
export function slotsOf(
  { kind }: { readonly kind: "server" | "sentinel" | "cluster" },
): (key: Uint8Array) => number {
  if (kind !== "cluster") return () => 0;
  return (key) => new Command("get", [Buffer.from(key)]).getSlot()!;
}

/** Sends prebuilt commands of one name; replies come as Buffers, in order. */
export async function sendFrames(
  client: RedisClient,
  name: string,
  frames: readonly Frame[],
): Promise<unknown[]> {
  const commands = frames.map(({ bytes, slot }) => {
    const command = new Command(name, [], { replyEncoding: null });
    command.toWritable = () => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Private in the types; `getSlot()` asks it before it looks for keys, of which it would find none.
    Reflect.set(command, "slot", slot);
    return command;
  });
  const span = beginCommands(name, commands);
  try {
    return client instanceof Cluster
      ? await Promise.all(commands.map((command) => client.sendCommand(command)))
      : await inOneWrite(client, commands);
  } catch (error) {
    span?.end(troubleOf(error));
    throw error;
  } finally {
    span?.end();
  }
}

/**
 * ioredis keeps its connection, its queue and its retries; only its encoding, argument by argument, is gone round.
 */
async function inOneWrite(redis: Redis, commands: readonly Command[]): Promise<unknown[]> {
  // `sendCommand` of a pipeline is public in ioredis' code, but not in its types.
  const pipeline = redis.pipeline() as ReturnType<Redis["pipeline"]> & {
    sendCommand(command: Command): unknown;
  };
  for (const command of commands) pipeline.sendCommand(command);
  const replies = await pipeline.exec() ?? [];
  return replies.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}
