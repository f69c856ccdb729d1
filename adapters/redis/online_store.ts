/** Online features in Redis, in Feast's layout: one hash an entity for all views. @module */
import {
  answer,
  checkRows,
  checkView,
  type FeatureValue,
  type FeatureView,
  newestRows,
  type OnlineAnswer,
  type OnlineRow,
  type OnlineStore,
  type OnlineWriteOptions,
  type OnlineWritten,
  type StoredRow,
} from "engine";
import { entityKeys, fieldKey, timeField } from "./codec/keys.ts";
import { ProtobufWriter } from "./codec/protobuf.ts";
import { decodeTimestamp, encodeTimestamp } from "./codec/timestamp.ts";
import { decodeValue, writeValue } from "./codec/value.ts";
import { closeRedis, connectRedis, type Redis, type RedisOptions, withRedis } from "./connect.ts";
import { bulk, FrameWriter, sendFrames } from "./frames.ts";
import { NEWER_WINS, NEWER_WINS_SHA } from "./newer_wins.ts";

/** How long a call may take. */
export interface RedisOnlineStoreOptions extends RedisOptions {
  /** Limit of one read, in milliseconds; 1000 unless told. */
  readonly readLimitMs?: number;
  /** Limit of every 8000 rows of a write, in milliseconds; 5000 unless told. */
  readonly writeLimitMs?: number;
}

/** Opens an online store on the Redis at `url`; close it by `await using`. */
export function redisOnlineStore(url: string, options: RedisOnlineStoreOptions = {}): OnlineStore {
  return new RedisOnlineStore(connectRedis(url, options), options);
}

/** Rows of one script call: some 2 ms in which Redis serves nobody else. */
const ROWS_A_CALL = 250;
/** Calls of one write to the socket. */
const CALLS_A_SEND = 32;

class RedisOnlineStore implements OnlineStore {
  readonly name = "redis";
  readonly #redis: Redis;
  readonly #options: RedisOnlineStoreOptions;

  constructor(redis: Redis, options: RedisOnlineStoreOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  async write(
    project: string,
    view: FeatureView,
    rows: readonly OnlineRow[],
    options: OnlineWriteOptions = {},
  ): Promise<OnlineWritten> {
    checkView(view);
    const newest = newestRows(view, rows);
    checkRows(view, newest);
    const calls = scriptCalls(project, view, newest, options.overwrite ?? false);
    const work = {
      doing: `write online features of "${view.name}"`,
      limitMs: this.#options.writeLimitMs ?? 5000,
    };
    let written = 0;
    for (const frames of batches(calls, CALLS_A_SEND)) {
      const counts = await withRedis(this.#redis, work, () => this.#evaluate(frames));
      for (const count of counts) written += Number(count);
    }
    return { written, skipped: rows.length - written };
  }

  /** Sends script calls; loads the script if Redis lost it or never had it. */
  async #evaluate(frames: readonly Uint8Array<ArrayBuffer>[]): Promise<unknown[]> {
    try {
      return await sendFrames(this.#redis, "evalsha", frames);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      // Calls that ran before the script was lost run again, and find nothing newer to write.
      await this.#redis.script("LOAD", NEWER_WINS);
      return await sendFrames(this.#redis, "evalsha", frames);
    }
  }

  async read(
    project: string,
    views: readonly FeatureView[],
    entities: readonly string[],
    options: { readonly now: Date },
  ): Promise<OnlineAnswer[]> {
    const plans = readPlans(project, views);
    const frames = entities.flatMap((entity) => plans.map((plan) => plan.frame(entity)));
    const work = { doing: "read online features", limitMs: this.#options.readLimitMs ?? 1000 };
    const replies = frames.length === 0
      ? []
      : await withRedis(this.#redis, work, () => sendFrames(this.#redis, "hmget", frames));
    return entities.map((entity, index) => {
      const found = new Map<FeatureView, StoredRow>();
      for (const [at, plan] of plans.entries()) {
        const reply = replies[index * plans.length + at] as (Uint8Array | null)[];
        plan.take(reply, found);
      }
      return answer(entity, views, (view) => found.get(view), options.now);
    });
  }

  async remove(project: string, entity: string, values: readonly string[]): Promise<void> {
    const keyOf = entityKeys(entity, project);
    const work = { doing: "remove online features", limitMs: this.#options.writeLimitMs ?? 5000 };
    for (const some of batches(values, 1000)) {
      const keys = some.map(keyOf);
      const frame = new FrameWriter().begin(1 + keys.length).raw(bulk("UNLINK"));
      for (const key of keys) frame.bulk(key);
      await withRedis(this.#redis, work, () => sendFrames(this.#redis, "unlink", [frame.frame()]));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return closeRedis(this.#redis);
  }
}

/** Calls of the script for rows of any event times: rows of one time share calls. */
function* scriptCalls(
  project: string,
  view: FeatureView,
  rows: readonly OnlineRow[],
  overwrite: boolean,
): Generator<Uint8Array<ArrayBuffer>> {
  const keyOf = entityKeys(view.entity, project);
  const names = view.fields.map((field) => bulk(fieldKey(view.name, field.name)));
  const command = [bulk("EVALSHA"), bulk(NEWER_WINS_SHA)];
  const settings = [overwrite ? "1" : "0", String(view.ttl), timeField(view.name)].map(bulk);
  const frame = new FrameWriter(ROWS_A_CALL * 256);
  const scratch = new ProtobufWriter();
  for (const [time, group] of Map.groupBy(rows, (row) => row.eventTime.getTime())) {
    const stamp = bulk(encodeTimestamp(new Date(time)));
    for (const some of batches(group, ROWS_A_CALL)) {
      frame.begin(8 + names.length + some.length * (1 + names.length));
      for (const part of [...command, bulk(String(some.length))]) frame.raw(part);
      for (const row of some) frame.bulk(keyOf(row.entity));
      for (const part of [...settings, stamp, bulk(String(names.length)), ...names]) {
        frame.raw(part);
      }
      for (const row of some) writeFeatures(frame, scratch, view, row);
      yield frame.frame();
    }
  }
}

function writeFeatures(
  frame: FrameWriter,
  scratch: ProtobufWriter,
  view: FeatureView,
  row: OnlineRow,
): void {
  for (const field of view.fields) {
    const value = row.values[field.name] ?? null;
    scratch.clear();
    writeValue(scratch, field.type, value);
    frame.bulk(scratch.written);
  }
}

/** How all views of one join key are read: by one HMGET an entity. */
interface ReadPlan {
  frame(entity: string): Uint8Array<ArrayBuffer>;
  /** Puts what a reply holds into `found`; views that were never written stay out. */
  take(reply: readonly (Uint8Array | null)[], found: Map<FeatureView, StoredRow>): void;
}

function readPlans(project: string, views: readonly FeatureView[]): ReadPlan[] {
  return [...Map.groupBy(views, (view) => view.entity)]
    .map(([entity, group]) => readPlan(project, entity, group));
}

function readPlan(project: string, entity: string, views: readonly FeatureView[]): ReadPlan {
  const keyOf = entityKeys(entity, project);
  const names = fieldNames(views);
  const head = bulk("HMGET");
  const tail = names.map(bulk);
  const writer = new FrameWriter();
  return {
    frame(value) {
      writer.begin(2 + names.length).raw(head).bulk(keyOf(value));
      for (const name of tail) writer.raw(name);
      return writer.frame();
    },
    take(reply, found) {
      let at = 0;
      for (const view of views) {
        const time = reply[at];
        const first = at + 1;
        at = first + view.fields.length;
        if (!time) continue;
        found.set(view, {
          eventTime: decodeTimestamp(time),
          value: (name) => valueAt(reply, first + view.fields.findIndex((f) => f.name === name)),
        });
      }
    },
  };
}

function valueAt(reply: readonly (Uint8Array | null)[], index: number): FeatureValue | undefined {
  const bytes = reply[index];
  return bytes ? decodeValue(bytes) : undefined;
}

/**
 * Event time and features of each view.
 * @throws {RangeError} If two features hash to one field: four bytes are not many.
 */
function fieldNames(views: readonly FeatureView[]): Uint8Array[] {
  const taken = new Map<string, string>();
  const names: Uint8Array[] = [];
  for (const view of views) {
    names.push(timeField(view.name));
    for (const field of view.fields) {
      const feature = `${view.name}:${field.name}`;
      const name = fieldKey(view.name, field.name);
      const other = taken.get(name.toHex());
      if (other !== undefined && other !== feature) {
        throw new RangeError(
          `Cannot read features: "${other}" and "${feature}" have the same hash, rename one`,
        );
      }
      taken.set(name.toHex(), feature);
      names.push(name);
    }
  }
  return names;
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
