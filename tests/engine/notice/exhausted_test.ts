import { assertEquals, assertStringIncludes } from "@std/assert";
import { exhausted, type HostVitals, LIMITS, type SharedVitals } from "engine";

const now = new Date("2025-01-28T06:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const nothing = { waiting: 0, oldest: null };
const fine: SharedVitals = {
  queue: nothing,
  pools: [],
  connections: { used: 10, most: 100 },
  outbox: nothing,
  refused: nothing,
};
const GIB = 2 ** 30;
const host = (changes: Partial<HostVitals> = {}): HostVitals => ({
  host: "one",
  at: now,
  memory: { used: GIB, most: 10 * GIB },
  disk: { used: GIB, most: 10 * GIB },
  ...changes,
});

interface Case {
  readonly says: string;
  readonly shared?: Partial<SharedVitals>;
  readonly hosts?: readonly HostVitals[];
  readonly open?: string;
  readonly gives: readonly string[];
}

const pool = { name: "warehouse", slots: 2, waiting: 3 };
const CASES: readonly Case[] = [
  { says: "nothing when all is well", gives: [] },
  { says: "a queue at its limit", shared: { queue: { waiting: 1, oldest: ago(15) } }, gives: [] },
  {
    says: "a queue above its limit",
    shared: { queue: { waiting: 1, oldest: ago(15.01) } },
    gives: ["resource:queue"],
  },
  {
    says: "each pool that is starved",
    shared: { pools: [{ ...pool, oldest: ago(16) }, { ...pool, name: "gpu", oldest: ago(1) }] },
    gives: ["resource:pool:warehouse"],
  },
  {
    says: "events that wait",
    shared: { outbox: { waiting: 9, oldest: ago(6) } },
    gives: ["resource:outbox"],
  },
  { says: "no outbox where nothing relays", shared: { outbox: null, refused: null }, gives: [] },
  {
    says: "one event that was refused just now",
    shared: { refused: { waiting: 1, oldest: now } },
    gives: ["resource:refused"],
  },
  { says: "89 of 100", shared: { connections: { used: 89, most: 100 } }, gives: [] },
  {
    says: "90 of 100 connections",
    shared: { connections: { used: 90, most: 100 } },
    gives: ["resource:connections"],
  },
  {
    says: "86 of 100 once it is open",
    shared: { connections: { used: 86, most: 100 } },
    open: "resource:connections",
    gives: ["resource:connections"],
  },
  {
    says: "the end at 84 of 100",
    shared: { connections: { used: 84, most: 100 } },
    open: "resource:connections",
    gives: [],
  },
  {
    says: "memory and disk of each machine",
    hosts: [
      host({ memory: { used: 95, most: 100 } }),
      host({ host: "two", disk: { used: 95, most: 100 } }),
    ],
    gives: ["resource:memory:one", "resource:disk:two"],
  },
  {
    says: "a machine that keeps open what another one has not",
    hosts: [host({ memory: { used: 87, most: 100 } })],
    open: "resource:memory:two",
    gives: [],
  },
  { says: "what cannot be told", hosts: [host({ memory: null, disk: null })], gives: [] },
];

for (const c of CASES) {
  Deno.test(`exhausted() of ${c.says}`, () => {
    const found = exhausted({
      shared: { ...fine, ...c.shared },
      hosts: c.hosts ?? [host()],
      limits: LIMITS,
      now,
      isOpen: (episode) => episode === c.open,
    });
    assertEquals(found.map((e) => e.episode), [...c.gives]);
    for (const e of found) assertEquals([e.kind, e.asset, e.run], ["resource", null, null]);
  });
}

Deno.test("exhausted() says how much, for how long and what to look at", () => {
  const shared = { ...fine, pools: [{ ...pool, oldest: ago(90) }] };
  const hosts = [host({ disk: { used: 9.5 * GIB, most: 10 * GIB } })];
  const [starved, disk] = exhausted({ shared, hosts, limits: LIMITS, now, isOpen: () => false });
  assertEquals(starved!.title, 'Pool "warehouse" is starved');
  assertStringIncludes(
    starved!.message,
    "3 steps wait, the first of them for 1 h 30 min; all of its 2",
  );
  assertEquals(disk!.message, "9.5 GiB of 10.0 GiB are used, 95 %");
});
