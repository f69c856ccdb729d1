import { assertEquals } from "@std/assert";
import {
  type Asset,
  asset,
  type Deadline,
  deadline,
  deadlineState,
  freshness,
  lastTick,
  nextTick,
  partitions,
  promiseTrack,
  type Stretch,
} from "engine";

const daily = partitions.daily({ start: "2025-01-20" });
const berlin = deadline({ by: "30 6 * * *", timezone: "Europe/Berlin", warn: "30m" });
const report = asset({ name: "report", partitions: daily, deadline: berlin, materialize: () => 1 });
const whole = asset({ name: "whole", deadline: berlin, materialize: () => 1 });

/** How the deadline of an asset stands at an instant, with what was built when. */
function stateAt(
  it: Asset,
  at: string,
  o: { readonly built?: { readonly [slice: string]: string }; readonly knownSince?: string } = {},
) {
  const builtAt = (slice: string) => o.built?.[slice] ? new Date(o.built[slice]) : null;
  const knownSince = o.knownSince ? new Date(o.knownSince) : undefined;
  const facts = { policy: it.deadline as Deadline, asset: it, builtAt, knownSince, next: nextTick };
  const { state, words } = deadlineState(facts, new Date(at));
  return [state, words];
}

Deno.test("deadlineState() asks at the instant for the newest slice that has ended", () => {
  assertEquals(stateAt(report, "2025-01-28T05:30:00Z"), [
    "late",
    '"report" [2025-01-27] due by 2025-01-28T05:30Z, late by 0 ms',
  ]);
  const built = { "2025-01-27": "2025-01-28T05:29:00Z" };
  assertEquals(stateAt(report, "2025-01-28T05:30:00Z", { built })[0], "ok");
});

Deno.test("deadlineState() is late until what was due is there, or the next deadline asks for more", () => {
  const built = { "2025-01-26": "2025-01-27T04:00:00Z" };
  const [late, words] = stateAt(report, "2025-01-28T07:30:00Z", { built });
  assertEquals([late, words], [
    "late",
    '"report" [2025-01-27] due by 2025-01-28T05:30Z, late by 2 h',
  ]);
  const filled = { ...built, "2025-01-27": "2025-01-28T08:00:00Z" };
  assertEquals(stateAt(report, "2025-01-28T08:00:00Z", { built: filled })[0], "ok");
  assertEquals(stateAt(report, "2025-01-29T05:30:00Z", { built: filled })[0], "late");
});

Deno.test("deadlineState() warns shortly before, unless what is due is there", () => {
  const built = { "2025-01-26": "2025-01-27T04:00:00Z" };
  assertEquals(stateAt(report, "2025-01-28T04:59:59Z", { built })[0], "ok");
  assertEquals(stateAt(report, "2025-01-28T05:00:00Z", { built })[0], "warn");
  const yesterday = { ...built, "2025-01-27": "2025-01-28T02:00:00Z" };
  assertEquals(stateAt(report, "2025-01-29T04:59:59Z", { built: yesterday })[0], "ok");
  assertEquals(stateAt(report, "2025-01-29T05:00:00Z", { built: yesterday }), [
    "warn",
    '"report" [2025-01-28] due by 2025-01-29T05:30Z, in 30 min',
  ]);
  const today = { ...yesterday, "2025-01-28": "2025-01-29T02:00:00Z" };
  assertEquals(stateAt(report, "2025-01-29T05:00:00Z", { built: today }), [
    "ok",
    '"report" [2025-01-28] due by 2025-01-29T05:30Z, in 30 min, is there',
  ]);
});

Deno.test("deadlineState() of what is one piece asks for a version since the deadline before", () => {
  const at = "2025-01-28T05:30:00Z";
  assertEquals(stateAt(whole, at)[0], "late");
  assertEquals(stateAt(whole, at, { built: { "": "2025-01-27T05:30:00Z" } })[0], "late");
  assertEquals(stateAt(whole, at, { built: { "": "2025-01-27T05:31:00Z" } })[0], "ok");
});

Deno.test("deadlineState() of an asset that is new is not late for what was due before", () => {
  const knownSince = "2025-01-28T06:00:00Z";
  assertEquals(stateAt(report, "2025-01-28T07:00:00Z", { knownSince })[0], "ok");
  assertEquals(stateAt(report, "2025-01-29T05:30:00Z", { knownSince })[0], "late");
});

Deno.test("deadlineState() keeps the wall clock when Berlin changes its clocks", () => {
  const due = (at: string) => stateAt(report, at)[1]!.match(/due by (\S+),/)![1];
  assertEquals(due("2025-03-29T12:00:00Z"), "2025-03-29T05:30Z");
  assertEquals(due("2025-03-30T12:00:00Z"), "2025-03-30T04:30Z");
});

Deno.test("deadlineState() asks for the slice that the deadline names", () => {
  const policy = deadline({ by: "0 6 * * *", partition: () => "2025-01-21" });
  const it = asset({ name: "it", partitions: daily, deadline: policy, materialize: () => 1 });
  const built = { "2025-01-27": "2025-01-28T01:00:00Z" };
  assertEquals(
    stateAt(it, "2025-01-28T06:00:00Z", { built })[1]?.slice(0, 17),
    '"it" [2025-01-21]',
  );
});

Deno.test("deadlineState() of a slice that has not begun to exist asks for nothing", () => {
  assertEquals(stateAt(report, "2025-01-20T12:00:00Z")[0], "ok");
});

Deno.test("lastTick() finds ticks that are years apart", () => {
  const leap = { cron: "0 0 29 2 *", timezone: "UTC" };
  const found = lastTick(leap, new Date("2027-06-01T00:00:00Z"), nextTick);
  assertEquals(found, new Date("2024-02-29T00:00:00Z"));
  const never = { cron: "0 0 1 1 *", timezone: "UTC" };
  assertEquals(
    lastTick(never, new Date("2025-01-01T00:00:00Z"), nextTick)?.getTime(),
    Date.UTC(2025),
  );
});

const brief = (track: readonly Stretch[]) =>
  track.map((s) => `${s.from.toISOString().slice(8, 16)} ${s.state}`);

Deno.test("promiseTrack() shows each deadline that was missed until it was met", () => {
  const builds = [
    { partition: "2025-01-25", at: new Date("2025-01-26T03:00:00Z") },
    { partition: "2025-01-26", at: new Date("2025-01-27T09:00:00Z") },
    { partition: "2025-01-27", at: new Date("2025-01-28T03:00:00Z") },
  ];
  const window = { from: new Date("2025-01-26T00:00:00Z"), to: new Date("2025-01-29T00:00:00Z") };
  assertEquals(brief(promiseTrack(report, builds, window, { next: nextTick })), [
    "26T00:00 none",
    "26T03:00 ok",
    "27T05:00 warn",
    "27T05:30 late",
    "27T09:00 ok",
  ]);
});

Deno.test("promiseTrack() of an age and a deadline is the worse of both", () => {
  const both = asset({
    name: "both",
    partitions: daily,
    deadline: berlin,
    freshness: freshness({ within: "20h", warn: "18h" }),
    materialize: () => 1,
  });
  const builds = [
    { partition: "2025-01-25", at: new Date("2025-01-26T03:00:00Z") },
    { partition: "2025-01-26", at: new Date("2025-01-27T09:00:00Z") },
  ];
  const window = { from: new Date("2025-01-26T03:00:00Z"), to: new Date("2025-01-27T12:00:00Z") };
  assertEquals(brief(promiseTrack(both, builds, window, { next: nextTick })), [
    "26T03:00 ok",
    "26T21:00 warn",
    "26T23:00 late",
    "27T09:00 ok",
  ]);
  const { deadline: _, ...aged } = both;
  const without = { ...aged, deadline: undefined };
  assertEquals(promiseTrack(without, builds, window, { next: nextTick }).at(-1)?.state, "ok");
});

Deno.test("deadlineState() of a list asks for a version of each member since the deadline before", () => {
  const regions = partitions.of("eu", "us");
  const it = asset({ name: "it", partitions: regions, deadline: berlin, materialize: () => 1 });
  const built = { eu: "2025-01-28T02:00:00Z", us: "2025-01-26T02:00:00Z" };
  assertEquals(stateAt(it, "2025-01-28T05:30:00Z", { built }), [
    "late",
    '"it" [us] due by 2025-01-28T05:30Z, late by 0 ms',
  ]);
  const both = { ...built, us: "2025-01-28T02:00:00Z" };
  assertEquals(stateAt(it, "2025-01-28T05:30:00Z", { built: both })[0], "ok");
});

const sales = asset({
  name: "sales",
  partitions: partitions.cross({ day: daily, region: partitions.of("eu", "us") }),
  deadline: berlin,
  freshness: freshness({ within: "30h" }),
  materialize: () => 1,
});

Deno.test("deadlineState() of time crossed with a list asks for the newest slice of each member", () => {
  const at = "2025-01-28T05:30:00Z";
  assertEquals(stateAt(sales, at), [
    "late",
    '"sales" [2025-01-27|eu] and 1 more due by 2025-01-28T05:30Z, late by 0 ms',
  ]);
  const built = {
    "2025-01-27|us": "2025-01-28T01:00:00Z",
    "2025-01-26|eu": "2025-01-28T01:00:00Z",
  };
  assertEquals(stateAt(sales, at, { built }), [
    "late",
    '"sales" [2025-01-27|eu] due by 2025-01-28T05:30Z, late by 0 ms',
  ]);
  const all = { ...built, "2025-01-27|eu": "2025-01-28T01:00:00Z" };
  assertEquals(stateAt(sales, at, { built: all })[0], "ok");
});

Deno.test("deadlineState() is late where the code of the deadline fails, or names no slice", () => {
  const faulty = (partition: () => string) =>
    asset({
      name: "it",
      partitions: daily,
      deadline: deadline({ by: "0 6 * * *", partition }),
      materialize: () => 1,
    });
  const gone = faulty(() => {
    throw new RangeError("Cannot choose: the calendar is gone");
  });
  assertEquals(stateAt(gone, "2025-01-28T06:00:00Z"), [
    "late",
    '"it": what its deadline asks for cannot be told: Cannot choose: the calendar is gone, ' +
    "due by 2025-01-28T06:00Z, late by 0 ms",
  ]);
  const [state, words] = stateAt(faulty(() => "27 January"), "2025-01-28T06:00:00Z");
  assertEquals([state, words!.includes("27 January")], ["late", true]);
});

Deno.test("promiseTrack() of lists is the worst of all members", () => {
  const built = (partition: string, at: string) => ({ partition, at: new Date(at) });
  const { deadline: _, ...rest } = sales;
  const aged = { ...rest, deadline: undefined };
  const builds = [
    built("2025-01-25|us", "2025-01-26T00:00:00Z"),
    built("2025-01-25|eu", "2025-01-26T03:00:00Z"),
    built("2025-01-26|eu", "2025-01-27T03:00:00Z"),
    built("2025-01-26|us", "2025-01-27T09:00:00Z"),
  ];
  const window = { from: new Date("2025-01-26T00:00:00Z"), to: new Date("2025-01-27T12:00:00Z") };
  assertEquals(brief(promiseTrack(aged, builds, window, { next: nextTick })), [
    "26T00:00 ok",
    "27T00:00 warn",
    "27T06:00 late",
    "27T09:00 ok",
  ]);
});

Deno.test("promiseTrack() of what was never built counts from when it is known", () => {
  const window = { from: new Date("2025-01-26T00:00:00Z"), to: new Date("2025-01-29T00:00:00Z") };
  const knownSince = new Date("2025-01-26T06:00:00Z");
  assertEquals(brief(promiseTrack(report, [], window, { next: nextTick, knownSince })), [
    "26T00:00 none",
    "26T06:00 ok",
    "27T05:00 warn",
    "27T05:30 late",
  ]);
  const { deadline: _, ...rest } = sales;
  const aged = { ...rest, deadline: undefined };
  assertEquals(brief(promiseTrack(aged, [], window, { next: nextTick, knownSince })), [
    "26T00:00 none",
    "26T06:00 warn",
    "27T12:00 late",
  ]);
});

Deno.test("promiseTrack() of very many deadlines tells of the newest", () => {
  const often = asset({
    name: "often",
    deadline: deadline({ by: "* * * * *", warn: "0s" }),
    materialize: () => 1,
  });
  const to = new Date("2025-01-29T00:00:00Z");
  const window = { from: new Date("2025-01-22T00:00:00Z"), to };
  const builds = [
    { partition: "", at: new Date("2025-01-22T00:00:00Z") },
    { partition: "", at: new Date("2025-01-28T23:50:30Z") },
  ];
  const track = promiseTrack(often, builds, window, { next: nextTick });
  assertEquals(brief(track.slice(-2)), ["28T23:50 ok", "28T23:52 late"]);
  assertEquals(track[0]!.state, "none");
});
