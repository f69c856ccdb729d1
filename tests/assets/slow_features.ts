/**
 * The features once more, written from their definitions and not from the SQL: sets of events, and
 * for the regularity of sleep one state for every minute or second.
 *
 * @module
 */

/** A row of `life_events`. */
export interface Event {
  readonly user_id: string | null;
  readonly event_type: string | null;
  readonly category: string | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly metadata: { readonly [key: string]: unknown } | null;
  readonly created_at: Date;
}

/** A row of `friendships`. */
export interface Friendship {
  readonly user_id: string;
  readonly friend_id: string;
  readonly status: string;
  readonly created_at: Date;
  readonly accepted_at: Date | null;
}

/** Features of one user by name. */
export type Features = { [feature: string]: number | null };

interface Spell {
  readonly type: string | null;
  readonly category: string | null;
  readonly start: number;
  readonly end: number;
  readonly metadata: { readonly [key: string]: unknown };
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const catalogue = [
  "rest",
  "work",
  "fitness",
  "social",
  "nutrition",
  "growth",
  "leisure",
  "mindfulness",
];
const mets: { readonly [kind: string]: number } = {
  running: 9,
  cycling: 7,
  strength: 5,
  swimming: 7,
  yoga: 3,
  walking: 3.5,
};

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;

function spells(events: readonly Event[], at: number): Spell[] {
  const found: Spell[] = [];
  for (const e of events) {
    if (!e.started_at || !e.ended_at || e.created_at.getTime() >= at) continue;
    const [start, end] = [e.started_at.getTime(), e.ended_at.getTime()];
    if (end <= start || end >= at || end < at - 30 * DAY) continue;
    if (e.event_type === "sleep" && end - start > DAY) continue;
    const metadata = e.metadata ?? {};
    found.push({ type: e.event_type, category: e.category, start, end, metadata });
  }
  return found;
}

function activity(all: readonly Spell[], at: number): Features {
  const within = (days: number) => all.filter((s) => s.end >= at - days * DAY);
  const week = within(7);
  const counts = catalogue.map((c) => week.filter((s) => s.category === c).length);
  const n = sum(counts);
  const shares = counts.filter((c) => c > 0).map((c) => c / n);
  const entropy = -sum(shares.map((p) => p * Math.log(p)));
  return {
    activity_count_24h: within(1).length,
    activity_count_7d: week.length,
    activity_count_30d: all.length,
    activity_diversity_7d: n === 0 ? null : entropy / Math.log(8),
    total_minutes_7d: sum(week.map((s) => (s.end - Math.max(s.start, at - 7 * DAY)) / MINUTE)),
  };
}

/** Which steps of the week before `at` are slept through; `step` divides all starts and ends. */
function states(sleeps: readonly Spell[], at: number, step: number): Uint8Array {
  const asleep = new Uint8Array(7 * DAY / step);
  for (const s of sleeps) {
    for (let t = Math.max(s.start, at - 7 * DAY); t < s.end; t += step) {
      asleep[(t - (at - 7 * DAY)) / step] = 1;
    }
  }
  return asleep;
}

function regularity(sleeps: readonly Spell[], at: number, step: number): number {
  const asleep = states(sleeps, at, step);
  const day = DAY / step;
  let same = 0;
  for (let t = 0; t < 6 * day; t++) if (asleep[t] === asleep[t + day]) same++;
  return 100 * (2 * same / (6 * day) - 1);
}

/** Sleeps without overlap: starts and ends in order, counting how many sleeps are open. */
function merged(sleeps: readonly Spell[]): { start: number; end: number }[] {
  const edges = sleeps.flatMap((s) => [[s.start, 1], [s.end, -1]] as const);
  edges.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const found: { start: number; end: number }[] = [];
  let open = 0;
  let start = 0;
  for (const [t, change] of edges) {
    if (open === 0) start = t;
    open += change;
    if (open === 0) found.push({ start, end: t });
  }
  return found;
}

function sleep(all: readonly Spell[], at: number, step: number): Features {
  const slept = all.filter((s) => s.type === "sleep");
  const week = slept.filter((s) => s.end >= at - 7 * DAY);
  const days: number[][] = [[], [], [], [], [], [], []];
  for (const s of merged(week)) {
    const day = days.findIndex((_, d) => s.end >= at - (d + 1) * DAY && s.end < at - d * DAY);
    days[day]!.push((s.end - s.start) / MINUTE);
  }
  const minutes = days.filter((d) => d.length > 0).map(sum);
  const told = slept.filter((s) => {
    const need = s.metadata.sleep_need_minutes;
    return typeof need === "number" && need >= 240 && need <= 720;
  }).sort((a, b) => b.end - a.end)[0];
  const need = told ? told.metadata.sleep_need_minutes as number : 480;
  return {
    avg_sleep_duration_7d: minutes.length === 0 ? null : mean(minutes),
    sleep_consistency_7d: minutes.length < 5 ? null : regularity(week, at, step),
    sleep_debt_minutes: minutes.length < 3 ? null : Math.max(0, sum(minutes.map((m) => need - m))),
  };
}

function exercise(all: readonly Spell[], at: number): Features {
  const done = all.filter((s) => s.type === "exercise" && s.end >= at - 28 * DAY);
  const week = done.filter((s) => s.end >= at - 7 * DAY);
  const exercised = Array.from(
    { length: 28 },
    (_, d) => done.some((s) => s.end >= at - (d + 1) * DAY && s.end < at - d * DAY),
  );
  const byWeek = [0, 7, 14, 21].map((d) => exercised.slice(d, d + 7).filter(Boolean).length);
  const met = (s: Spell) =>
    typeof s.metadata.met === "number" ? s.metadata.met : mets[String(s.metadata.kind)] ?? 4;
  const kinds = done.map((s) => s.metadata.kind).filter((k) => typeof k === "string");
  return {
    exercise_count_7d: week.length,
    exercise_consistency_score: mean(byWeek.map((n) => Math.min(1, n / 3))),
    exercise_frequency_28d: sum(byWeek) / 4,
    exercise_intensity_7d: week.length === 0
      ? null
      : mean(week.map((s) => met(s) * (s.end - s.start) / MINUTE)),
    exercise_variety_28d: new Set(kinds).size,
  };
}

function social(
  all: readonly Spell[],
  friendships: readonly Friendship[],
  user: string,
  at: number,
): Features {
  const friends = new Set<string>();
  for (const f of friendships) {
    if (f.status !== "accepted" || f.accepted_at === null || f.accepted_at.getTime() >= at) {
      continue;
    }
    if (f.created_at.getTime() >= at || f.user_id === f.friend_id) continue;
    if (f.user_id === user) friends.add(f.friend_id);
    if (f.friend_id === user) friends.add(f.user_id);
  }
  const met = all.filter((s) => s.type === "social" && s.end >= at - 7 * DAY);
  const whom = new Set(met.map((s) => s.metadata.friend_id).filter((id) => id !== undefined));
  const minutes = sum(met.map((s) => (s.end - s.start) / MINUTE));
  const parts = 0.4 * Math.min(1, met.length / 7) + 0.3 * Math.min(1, whom.size / 5) +
    0.3 * Math.min(1, minutes / 420);
  return { friend_count: friends.size, social_engagement_score: 100 * parts };
}

/**
 * All features of every user that has a row, as of `at`; `step` (ms) divides the starts and ends of
 * all sleeps.
 */
export function slowFeatures(
  events: readonly Event[],
  friendships: readonly Friendship[],
  { at, step }: { readonly at: Date; readonly step: number },
): Map<string, Features> {
  const byUser = new Map<string, Event[]>();
  for (const e of events) {
    if (e.user_id === null) continue;
    if (!byUser.has(e.user_id)) byUser.set(e.user_id, []);
    byUser.get(e.user_id)!.push(e);
  }
  const found = new Map<string, Features>();
  const now = at.getTime();
  for (const [user, own] of byUser) {
    const all = spells(own, now);
    if (all.length === 0) continue;
    found.set(user, {
      ...activity(all, now),
      ...sleep(all, now, step),
      ...exercise(all, now),
      ...social(all, friendships, user, now),
    });
  }
  return found;
}
