import { assertEquals } from "@std/assert";
import { saveActiveUsers } from "../../../assets/predictions/active_users.ts";
import type { Sql } from "../../../assets/sql.ts";
import { emptyDatabase } from "../pipeline.ts";

interface Account {
  readonly tier: string;
  readonly active?: boolean;
  readonly deactivated?: string;
  readonly created?: string;
}

async function insert(sql: Sql, name: string, a: Account) {
  const created = a.created ?? "2025-01-01";
  await sql`
    insert into aurora_life.users
      (id, email, subscription_tier, is_active, deactivated_at, timezone, created_at, updated_at)
    values (${crypto.randomUUID()}, ${name}, ${a.tier}, ${a.active ?? true},
      ${a.deactivated ?? null}, 'UTC', ${created}, ${created})`;
}

Deno.test("saveActiveUsers() takes who paid and was active at the instant", async () => {
  await using db = await emptyDatabase();
  const accounts: [string, Account, boolean][] = [
    ["premium", { tier: "premium" }, true],
    ["pro", { tier: "pro" }, true],
    ["free", { tier: "free" }, false],
    ["unknown tier", { tier: "gold" }, false],
    ["left before", { tier: "pro", active: false, deactivated: "2025-02-28" }, false],
    ["left later", { tier: "pro", active: false, deactivated: "2025-03-01" }, true],
    ["inactive since nobody knows when", { tier: "pro", active: false }, false],
    ["came later", { tier: "pro", created: "2025-03-01" }, false],
  ];
  for (const [name, account] of accounts) await insert(db.sql, name, account);
  const day = {
    version: 7n,
    partition: "2025-02-28",
    asOf: new Date("2025-03-01T00:00Z"),
    tiers: ["premium", "pro"],
  };
  const wanted = accounts.filter(([, , isActive]) => isActive).map(([name]) => name).sort();
  // Twice: an attempt that is repeated replaces what it wrote.
  for (let attempt = 0; attempt < 2; attempt++) {
    assertEquals(await saveActiveUsers(db.sql, day), wanted.length);
  }
  const found = await db.sql`
    select email from predictions.active_user_rows join aurora_life.users on id = user_id
    where version = 7 order by email`;
  assertEquals(found.map((row) => row.email), wanted);
});
