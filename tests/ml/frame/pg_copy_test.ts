import { assertEquals, assertThrows } from "@std/assert";
import { CopyBinaryParser } from "../../../ml/mod.ts";
import { testDatabase } from "../../services/postgres.ts";

const COLUMNS = {
  name: "text",
  small: "float4",
  large: "float8",
  count: "int4",
  id: "int8",
  at: "timestamptz",
  awake: "bool",
} as const;

const QUERY = `
  select 'person ' || n, (n / 7.0)::float4, n / 3.0::float8, -n::int4, n::int8 * 4294967296,
    timestamptz '2025-01-27T06:00:00.123456Z' + n * interval '1 hour', n % 2 = 0
  from generate_series(1, 300) n order by n`;

async function copied(query: string): Promise<Uint8Array[]> {
  await using db = await testDatabase();
  const stream = await db.sql.unsafe(`copy (${query}) to stdout (format binary)`).readable();
  return await Array.fromAsync(stream as AsyncIterable<Uint8Array>);
}

function whole(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
}

Deno.test("CopyBinaryParser reads what PostgreSQL writes", async () => {
  const parser = new CopyBinaryParser(COLUMNS, 2);
  for (const chunk of await copied(QUERY)) parser.push(chunk);
  const { rows, columns } = parser.finish();
  assertEquals(rows, 300);
  const at = (row: number) => Object.values(columns).map((column) => column[row]);
  const begin = Date.parse("2025-01-27T06:00:00.123Z");
  const hour = 3_600_000;
  assertEquals(at(0), [
    ...["person 1", Math.fround(1 / 7), 1 / 3, -1, 4294967296, begin + 0.456 + hour, 0],
  ]);
  assertEquals(at(299), [
    ...["person 300", Math.fround(300 / 7), 100, -300, 300 * 4294967296],
    ...[begin + 0.456 + 300 * hour, 1],
  ]);
});

Deno.test("CopyBinaryParser gives the same however the bytes are cut", async () => {
  const bytes = whole(await copied(`${QUERY} limit 3`));
  const at = (step: number) => {
    const parser = new CopyBinaryParser(COLUMNS);
    for (let from = 0; from < bytes.length; from += step) {
      parser.push(bytes.subarray(from, from + step));
    }
    return parser.finish();
  };
  const once = at(bytes.length);
  for (const step of [1, 2, 7, 19, 20, 64]) assertEquals(at(step), once);
});

Deno.test("CopyBinaryParser reads NULL as NaN, and refuses it where there is none", async () => {
  const bytes = whole(await copied("select null::float4, null::float8"));
  const parser = new CopyBinaryParser({ small: "float4", large: "float8" });
  parser.push(bytes);
  assertEquals(parser.finish().columns, {
    small: Float32Array.of(NaN),
    large: Float64Array.of(NaN),
  });
  assertThrows(
    () => new CopyBinaryParser({ count: "int4", large: "float8" }).push(bytes),
    TypeError,
    `Cannot read column "count" of COPY row 1: NULL has no form in int4`,
  );
});

Deno.test("CopyBinaryParser refuses other types and other numbers of columns", async () => {
  const bytes = whole(await copied("select 1::float8"));
  assertThrows(
    () => new CopyBinaryParser({ count: "int4" }).push(bytes),
    TypeError,
    `Cannot read column "count" of COPY row 1: 8 bytes, int4 has 4`,
  );
  assertThrows(
    () => new CopyBinaryParser({ large: "float8", count: "int4" }).push(bytes),
    RangeError,
    "Cannot read COPY row 1: 1 fields, expected 2",
  );
});

Deno.test("CopyBinaryParser refuses a stream that is cut off, or is none", () => {
  const parser = new CopyBinaryParser({ count: "int4" });
  assertThrows(() => parser.finish(), RangeError, "it ends within row 1");
  assertThrows(
    () => parser.push(new TextEncoder().encode("1\t2\t3\n4\t5\t6\n7\t8\t9\n")),
    TypeError,
    `Cannot read COPY stream: it does not begin with "PGCOPY"`,
  );
});
