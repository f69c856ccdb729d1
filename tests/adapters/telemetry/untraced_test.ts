/** What it costs when nobody records traces: nothing is put around the drivers. @module */
import { assertEquals } from "@std/assert";
import { types } from "node:util";
import { type Tracing, useTracing } from "engine";
import { connect } from "../../../adapters/postgres/connect.ts";
import { openClient } from "../../../adapters/redis/connect.ts";
import { redisPlace } from "../../../adapters/redis/from_env.ts";

const URL_OF_NOBODY = "postgres://nobody@127.0.0.1:9/none";

/** The drivers' own objects, as far as they are: neither connects before it is used. */
function opened() {
  const redis = openClient(redisPlace("redis://127.0.0.1:9"), {});
  redis.disconnect();
  const sql = connect(URL_OF_NOBODY);
  return { sql: types.isProxy(sql), redis: Object.hasOwn(redis, "sendCommand") };
}

Deno.test("pools and connections are the drivers' own while nobody records traces", () => {
  const plain = opened();
  assertEquals(plain, { sql: false, redis: false });
});

Deno.test("they are traced as soon as somebody does", () => {
  const recorder: Tracing = {
    active: () => undefined,
    span: (_, work) => work(),
    step: (_, work) => work(),
    begin: () => undefined,
    beginFor: () => Promise.resolve(undefined),
    under: (_, __, work) => work(),
  };
  useTracing(recorder);
  try {
    const traced = opened();
    assertEquals(traced, { sql: true, redis: true });
  } finally {
    useTracing(undefined);
  }
});
