/**
 * What Aurora needs to find in the application's tables.
 *
 * @module
 */
import type { Sql } from "./sql.ts";

/** Columns by table of schema `aurora_life`, in the types that `pg_catalog` prints. */
export const sourceSchema: { readonly [table: string]: { readonly [column: string]: string } } = {
  users: {
    id: "uuid",
    email: "text",
    subscription_tier: "text",
    is_active: "boolean",
    deactivated_at: "timestamp with time zone",
    last_active_at: "timestamp with time zone",
    timezone: "text",
    created_at: "timestamp with time zone",
    updated_at: "timestamp with time zone",
  },
  life_events: {
    id: "uuid",
    user_id: "uuid",
    event_type: "text",
    category: "text",
    title: "text",
    started_at: "timestamp with time zone",
    ended_at: "timestamp with time zone",
    duration_minutes: "integer",
    energy_level: "integer",
    mood_level: "integer",
    quality_level: "integer",
    source: "text",
    metadata: "jsonb",
    created_at: "timestamp with time zone",
    updated_at: "timestamp with time zone",
  },
  friendships: {
    user_id: "uuid",
    friend_id: "uuid",
    status: "text",
    created_at: "timestamp with time zone",
    accepted_at: "timestamp with time zone",
  },
  integrations: {
    id: "uuid",
    user_id: "uuid",
    provider: "text",
    status: "text",
    last_synced_at: "timestamp with time zone",
    created_at: "timestamp with time zone",
  },
  integration_syncs: {
    id: "uuid",
    integration_id: "uuid",
    started_at: "timestamp with time zone",
    finished_at: "timestamp with time zone",
    status: "text",
    records_expected: "integer",
    records_received: "integer",
  },
  user_gamification: {
    user_id: "uuid",
    total_xp: "bigint",
    level: "integer",
    updated_at: "timestamp with time zone",
  },
  achievements: {
    id: "uuid",
    code: "text",
    required_level: "integer",
    required_xp: "bigint",
    xp_reward: "integer",
  },
  user_achievements: {
    user_id: "uuid",
    achievement_id: "uuid",
    unlocked_at: "timestamp with time zone",
  },
};

/** Types that serve as well as the expected one, because every query treats them alike. */
const alike: { readonly [expected: string]: readonly string[] } = {
  text: ["character varying", "citext"],
  integer: ["smallint", "bigint"],
  bigint: ["integer"],
};

/** One difference between what is needed and what was found. */
export interface SchemaMismatch {
  /** Table of schema `aurora_life`. */
  readonly table: string;
  /** Its column; undefined where the whole table is missing. */
  readonly column: string | undefined;
  /** The type it should have. */
  readonly expected: string;
  /** The type it has, or "missing". */
  readonly found: string;
}

/** The source tables are not as Aurora needs them. */
export class SourceSchemaError extends Error {
  /** All differences, by table. */
  readonly mismatches: readonly SchemaMismatch[];

  /** Writes all differences into one message. */
  constructor(mismatches: readonly SchemaMismatch[]) {
    const lines = mismatches.map((m) =>
      `  aurora_life.${m.table}${m.column === undefined ? "" : `.${m.column}`}: ` +
      `expected ${m.expected}, found ${m.found}`
    );
    super(
      `Cannot read the source tables: ${lines.length} ${
        lines.length === 1 ? "mismatch" : "mismatches"
      }\n${lines.join("\n")}`,
    );
    this.name = "SourceSchemaError";
    this.mismatches = mismatches;
  }
}

/**
 * Where `found` differs from {@linkcode sourceSchema}; further tables and columns do not matter.
 */
export function schemaMismatches(
  found: ReadonlyMap<string, ReadonlyMap<string, string>>,
): SchemaMismatch[] {
  return Object.entries(sourceSchema).flatMap(([table, columns]): SchemaMismatch[] => {
    const has = found.get(table);
    if (!has) return [{ table, column: undefined, expected: "a table", found: "missing" }];
    return Object.entries(columns).flatMap(([column, expected]) => {
      const type = has.get(column) ?? "missing";
      const fits = type === expected || alike[expected]?.includes(type.replace(/\(.*/, ""));
      return fits ? [] : [{ table, column, expected, found: type }];
    });
  });
}

/**
 * Compares the application's tables with what Aurora reads. One query of the catalogue.
 *
 * @throws {SourceSchemaError} That lists every missing table, missing column and wrong type.
 */
export async function checkSourceSchema(sql: Sql): Promise<void> {
  const rows = await sql<{ table: string; column: string; type: string }[]>`
    select c.relname as "table", a.attname as "column", format_type(a.atttypid, a.atttypmod) as type
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'aurora_life'
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'v', 'm', 'f')`;
  const found = new Map<string, Map<string, string>>();
  for (const { table, column, type } of rows) {
    if (!found.has(table)) found.set(table, new Map());
    found.get(table)!.set(column, type);
  }
  const mismatches = schemaMismatches(found);
  if (mismatches.length > 0) throw new SourceSchemaError(mismatches);
}
