import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { NativeError, regressionMetrics } from "../../../ml/mod.ts";
import type { BoosterOptions } from "../../../ml/native/booster.ts";
import { curved, FEATURES, head, largestDifference } from "../data.ts";
import { ALGORITHMS, openLibrary } from "../libraries.ts";

const train = curved(1000, 1);
const valid = curved(300, 2);

function options(over: Partial<BoosterOptions> = {}): BoosterOptions {
  return { params: { verbosity: 0 }, featureNames: FEATURES, train, valid, ...over };
}

for (const algorithm of ALGORITHMS) {
  Deno.test(`${algorithm}: a booster scores better round by round`, () => {
    using library = openLibrary(algorithm);
    using booster = library.booster(options());
    const values = Array.from({ length: 10 }, (_, round) => {
      booster.update(round);
      return booster.evaluate(round).at(-1)!.value;
    });
    assert(values[9]! < values[4]! && values[4]! < values[0]!, values.join(" "));
  });

  Deno.test(`${algorithm}: its score is the error of its predictions`, () => {
    using library = openLibrary(algorithm);
    const metric = algorithm === "xgboost" ? { eval_metric: "mae" } : { metric: "l1" };
    using booster = library.booster(options({ params: { ...metric, verbosity: 0 } }));
    booster.update(0);
    const { mae } = regressionMetrics(
      valid.label,
      Float32Array.from(booster.predict(valid.rows)),
    );
    const [score] = booster.evaluate(0);
    assertAlmostEquals(score!.value, mae, 1e-5);
    assertEquals(score!.metric, algorithm === "xgboost" ? "mae" : "l1");
  });

  Deno.test(`${algorithm}: keep() forgets the later rounds, in all that follows`, () => {
    using library = openLibrary(algorithm);
    using long = library.booster(options());
    using short = library.booster(options());
    for (let round = 0; round < 6; round++) {
      long.update(round);
      if (round < 3) short.update(round);
    }
    assert(largestDifference(long.predict(valid.rows), short.predict(valid.rows)) > 1e-3);
    long.keep(3);
    assertEquals(long.predict(valid.rows), short.predict(valid.rows));
    assertEquals(long.gain(), short.gain());
  });

  Deno.test(`${algorithm}: load() predicts what was saved`, () => {
    using library = openLibrary(algorithm);
    using booster = library.booster(options());
    for (let round = 0; round < 5; round++) booster.update(round);
    booster.keep(4);
    using loaded = library.load(booster.save());
    const [saved, again] = [booster.predict(valid.rows), loaded.predict(valid.rows)];
    assertEquals(again, saved);
  });

  Deno.test(`${algorithm}: gain() tells the features that matter`, () => {
    using library = openLibrary(algorithm);
    using booster = library.booster(options());
    for (let round = 0; round < 10; round++) booster.update(round);
    const gain = booster.gain();
    assertEquals(gain.length, FEATURES.length);
    const [least] = [...gain.subarray(0, 3)].sort((a, b) => a - b);
    assert(least! > 3 * Math.max(...gain.subarray(3)), gain.join(" "));
  });

  Deno.test(`${algorithm}: gain() is not misled by features named f0, f1, …`, () => {
    using library = openLibrary(algorithm);
    const gain = (featureNames: readonly string[]) => {
      using booster = library.booster(options({ featureNames }));
      for (let round = 0; round < 5; round++) booster.update(round);
      booster.keep(4);
      return booster.gain();
    };
    assertEquals(gain(["f5", "f4", "f3", "f2", "f1", "f0"]), gain(FEATURES));
  });

  Deno.test(`${algorithm}: 1 row and no rows are predicted too`, () => {
    using library = openLibrary(algorithm);
    using booster = library.booster(options());
    booster.update(0);
    const all = booster.predict(valid.rows);
    assertEquals([...booster.predict(head(valid.rows, 1))], [all[0]!]);
    assertEquals(booster.predict(head(valid.rows, 0)).length, 0);
  });

  Deno.test(`${algorithm}: the library's own words come as a NativeError`, () => {
    using library = openLibrary(algorithm);
    const error = assertThrows(
      () => {
        using booster = library.booster(options({ params: { objective: "reg:nonsense" } }));
        booster.update(0);
      },
      NativeError,
      "reg:nonsense",
    );
    assertEquals(error.library, algorithm);
    assert(!error.message.includes("\n"), error.message);
    const bytes = new TextEncoder().encode("no model");
    assertThrows(() => library.load(bytes), NativeError, `of ${algorithm}`);
  });

  Deno.test(`${algorithm}: wrong shapes are refused before native code sees them`, () => {
    using library = openLibrary(algorithm);
    const short = { ...train.rows, values: train.rows.values.subarray(1) };
    assertThrows(
      () => library.booster(options({ train: { rows: short, label: train.label } })),
      RangeError,
      "Cannot read matrix: it has 5999 values, expected 1000 rows × 6 features = 6000",
    );
    assertThrows(
      () => library.booster(options({ train: { ...train, label: train.label.subarray(1) } })),
      RangeError,
      "Cannot read labels: there are 999 for 1000 rows",
    );
    using booster = library.booster(options());
    booster.update(0);
    assertThrows(
      () => booster.predict({ rows: 1, features: 5, values: new Float32Array(5) }),
      RangeError,
      "it has 5 features, expected 6",
    );
  });

  Deno.test(`${algorithm}: a disposed booster is refused, and disposed only once`, () => {
    using library = openLibrary(algorithm);
    const booster = library.booster(options());
    booster.update(0);
    booster[Symbol.dispose]();
    booster[Symbol.dispose]();
    assertThrows(() => booster.predict(valid.rows), ReferenceError, "it was disposed");
  });
}

Deno.test("both libraries tell their version", () => {
  const versions = ALGORITHMS.map((algorithm) => {
    using library = openLibrary(algorithm);
    return library.version;
  });
  assertEquals(versions, ["xgboost 3.2.0", "lightgbm 4.7.0"]);
});
