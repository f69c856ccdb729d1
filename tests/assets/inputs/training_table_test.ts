import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { numbers } from "../../../ml/mod.ts";
import { DAY } from "../../../assets/inputs/calendar.ts";
import { inputsOf, type ModelName, MODELS, type Row } from "../../../assets/inputs/model_inputs.ts";
import {
  energyLabels,
  inputNames,
  moodLabels,
  sleepQualityLabels,
  trainingTables,
} from "../../../assets/inputs/training_table.ts";
import {
  comingNight,
  energyTargets,
  nextLocalDay,
  stateAt,
} from "../../../assets/inputs/user_state.ts";
import { questionsAt } from "../../../assets/predictions/score.ts";
import { historyFrom, plainLife, type Said } from "./history_fixture.ts";

const at = (text: string) => Date.parse(text);
const asOf = at("2025-02-10T00:00Z");

function rowsOf(life: readonly Said[], cutoff: number): { [model in ModelName]: Row } {
  const history = historyFrom(life);
  const state = stateAt(history, history.users[0]!, cutoff);
  return {
    energy: inputsOf.energy(state, cutoff + 10 * 3_600_000),
    mood: inputsOf.mood(state, nextLocalDay(state)),
    sleep_quality: inputsOf.sleep_quality(state, comingNight(state)),
  };
}

Deno.test("energyLabels() gives one label for each rated event, at its middle", () => {
  const history = historyFrom([
    { start: "2025-01-01T10:00Z", end: "2025-01-01T12:00Z", energy: 6 },
    { start: "2025-01-01T13:00Z", end: "2025-01-01T14:00Z", mood: 6 },
  ]);
  assertEquals(energyLabels(history, history.users[0]!), [
    { at: at("2025-01-01T11:00Z"), known: at("2025-01-01T12:00Z"), value: 6 },
  ]);
});

Deno.test("moodLabels() is the mean of each local day, known once the day is over", () => {
  const history = historyFrom([
    { start: "2025-01-01T10:00Z", end: "2025-01-01T12:00Z", mood: 6 },
    { start: "2025-01-01T13:00Z", end: "2025-01-01T14:00Z", mood: 9 },
    { start: "2025-01-01T22:00Z", end: "2025-01-01T23:30Z", mood: 1 },
  ], ["Europe/Berlin"]);
  assertEquals(moodLabels(history, history.users[0]!), [
    { at: at("2024-12-31T23:00Z"), known: at("2025-01-01T23:00Z"), value: 7.5 },
    { at: at("2025-01-01T23:00Z"), known: at("2025-01-02T23:00Z"), value: 1 },
  ]);
});

Deno.test("sleepQualityLabels() gives the first rated night of a UTC day, naps left out", () => {
  const history = historyFrom([
    { kind: "sleep", start: "2025-01-01T00:30Z", end: "2025-01-01T07:00Z", quality: 8 },
    { kind: "sleep", start: "2025-01-01T14:00Z", end: "2025-01-01T14:30Z", quality: 2 },
    { kind: "sleep", start: "2025-01-01T23:00Z", end: "2025-01-02T06:00Z", quality: 5 },
    { kind: "sleep", start: "2025-01-02T22:00Z", end: "2025-01-03T06:00Z", quality: 4 },
  ]);
  assertEquals(sleepQualityLabels(history, history.users[0]!).map((l) => l.value), [8, 4]);
});

Deno.test("the inputs do not change when anything after the cutoff does", () => {
  const life = plainLife("2025-01-01", 30);
  const cutoff = at("2025-01-20T00:00Z");
  const changed = life.map((e) =>
    at(e.end) < cutoff ? e : { ...e, energy: 1, mood: 1, quality: 1, kind: "social" as const }
  );
  const cut = life.filter((e) => at(e.end) < cutoff);
  assertEquals(rowsOf(changed, cutoff), rowsOf(life, cutoff));
  assertEquals(rowsOf(cut, cutoff), rowsOf(life, cutoff));
});

Deno.test("the inputs do change when something known before the cutoff does", () => {
  const life = plainLife("2025-01-01", 30);
  const cutoff = at("2025-01-20T00:00Z");
  const changed = life.map((e) =>
    e.end.startsWith("2025-01-19") ? { ...e, energy: 1, mood: 1 } : e
  );
  for (const model of MODELS) {
    assertNotEquals(rowsOf(changed, cutoff)[model], rowsOf(life, cutoff)[model], model);
  }
});

Deno.test("an event that was recorded late is not known before", () => {
  const life = plainLife("2025-01-01", 30);
  const cutoff = at("2025-01-20T00:00Z");
  const late = life.map((e) =>
    e.end.startsWith("2025-01-19") ? { ...e, recorded: "2025-01-20T05:00Z" } : e
  );
  const without = life.filter((e) => !e.end.startsWith("2025-01-19"));
  assertEquals(rowsOf(late, cutoff), rowsOf(without, cutoff));
});

Deno.test("a training row does not change when its own label does", () => {
  const life = plainLife("2025-01-01", 40);
  const others = (said: readonly Said[]) => {
    const table = trainingTables(historyFrom(said), { from: at("2025-01-15T00:00Z"), to: asOf });
    const rows: { [model: string]: number[][] } = {};
    for (const model of MODELS) {
      const frame = table[model];
      const columns = inputNames(frame).map((name) => numbers(frame, name));
      const instants = Array.from(numbers(frame, "at"));
      rows[model] = instants.flatMap((instant, row) =>
        instant >= at("2025-02-05T00:00Z") && instant < at("2025-02-06T00:00Z")
          ? [columns.map((c) => c[row]!)]
          : []
      );
      assert(rows[model].length > 0, model);
    }
    return rows;
  };
  const changed = life.map((e): Said => {
    if (at(e.end) < at("2025-02-05T00:00Z")) return e;
    return {
      ...e,
      ...(e.energy === undefined ? {} : { energy: 2 }),
      ...(e.mood === undefined ? {} : { mood: 2 }),
      ...(e.quality === undefined ? {} : { quality: 2 }),
    };
  });
  assertEquals(others(changed), others(life));
});

Deno.test("trainingTables() leaves out labels that were not known at the as-of instant", () => {
  const life = plainLife("2025-01-01", 50);
  const tables = trainingTables(historyFrom(life), { from: at("2025-01-15T00:00Z"), to: asOf });
  for (const model of MODELS) {
    const newest = Math.max(...numbers(tables[model], "at"));
    assert(newest < asOf && newest > asOf - 3 * DAY, model);
  }
});

Deno.test("a training row equals the row that predictions make of the same user and day", () => {
  const zones = ["UTC", "America/Los_Angeles", "Asia/Tokyo"];
  const life = zones.flatMap((_, user) => plainLife("2025-01-01", 50, user));
  const history = historyFrom(life, zones);
  const tables = trainingTables(history, { from: at("2025-01-15T00:00Z"), to: asOf });
  const cutoff = at("2025-02-03T00:00Z");
  // What predictions read: 28 days, nothing recorded later.
  const serving = historyFrom(
    life.filter((e) => at(e.end) < cutoff && at(e.end) >= cutoff - 28 * DAY),
    zones,
  );
  for (const model of MODELS) {
    const frame = tables[model];
    const names = inputNames(frame);
    const online = questionsAt(serving, { model, names, cutoff });
    let compared = 0;
    for (let row = 0; row < frame.rows; row++) {
      if (numbers(frame, "cutoff")[row] !== cutoff) continue;
      const user = `user-${numbers(frame, "user")[row]}`;
      const offline = names.map((name) => numbers(frame, name)[row]!);
      const index = online.users.findIndex((id, i) =>
        id === user && (model !== "energy" || online.targets[i] === numbers(frame, "at")[row])
      );
      if (index === -1) continue; // an energy rating off the two-hour grid
      const values = online.inputs.values;
      const served = Array.from(values.subarray(index * names.length, (index + 1) * names.length));
      assertEquals(served, offline, `${model} ${user}`);
      compared++;
    }
    assert(compared > 0, `nothing compared for ${model}`);
  }
});

Deno.test("energyTargets() asks for every second hour of the coming day", () => {
  const targets = energyTargets(asOf);
  assertEquals([targets.length, targets[0], targets[11]], [12, asOf, asOf + 22 * 3_600_000]);
});

Deno.test("the next local day and the coming night begin within a day after the cutoff", () => {
  const zones = ["UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "Europe/Berlin"];
  const history = historyFrom(zones.flatMap((_, u) => plainLife("2025-01-01", 90, u)), zones);
  for (let cutoff = at("2025-01-20T00:00Z"); cutoff < at("2025-04-10T00:00Z"); cutoff += DAY) {
    for (const user of history.users) {
      const state = stateAt(history, user, cutoff);
      for (const begins of [nextLocalDay(state), comingNight(state)]) {
        assert(begins >= cutoff && begins <= cutoff + 25 * 3_600_000, user.zone.name);
      }
    }
  }
});
