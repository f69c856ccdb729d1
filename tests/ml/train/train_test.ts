import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Algorithm,
  MissingLibraryError,
  NativeError,
  regressionMetrics,
  Scorer,
  train,
} from "../../../ml/mod.ts";
import { locate } from "../../../ml/native/locate.ts";
import { FEATURES, largestDifference, request } from "../data.ts";
import { ALGORITHMS, openLibrary } from "../libraries.ts";

const PARAMS = {
  xgboost: { objective: "reg:squarederror", max_depth: 5, eta: 0.2, subsample: 0.8 },
  lightgbm: { objective: "regression", num_leaves: 31, bagging_fraction: 0.8, bagging_freq: 1 },
} as const;

const of = (algorithm: Algorithm) => request({ algorithm, params: PARAMS[algorithm] });

for (const algorithm of ALGORITHMS) {
  Deno.test(`train() learns with ${algorithm}, and tells each round`, async () => {
    const rounds: number[] = [];
    const asked = of(algorithm);
    const trained = await train(asked, { onRound: ({ value }) => void rounds.push(value) });
    assertEquals(rounds, trained.history.map(({ value }) => value));
    assertEquals(trained.bestScore, Math.min(...rounds));
    assertEquals(rounds.indexOf(trained.bestScore) + 1, trained.bestRound);
    const { r2 } = regressionMetrics(asked.validLabel, trained.validPrediction);
    assert(r2 > 0.85, `r2 ${r2}`);
    const shares = Object.values(trained.importance);
    assertEquals(Object.keys(trained.importance), [...FEATURES]);
    assert(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-9);
  });

  Deno.test(`train() proves that ONNX predicts as ${algorithm} does`, async () => {
    const asked = of(algorithm);
    const { onnx, native, validPrediction, parity } = await train(asked);
    assert(parity.maxAbsDiff <= 2e-5 && parity.rows === 5500, JSON.stringify(parity));
    await using scorer = await Scorer.load(onnx, FEATURES);
    assert(largestDifference(await scorer.score(asked.valid), validPrediction) <= 2e-5);
    using library = openLibrary(algorithm);
    using model = library.load(native);
    assertEquals(Float32Array.from(model.predict(asked.valid)), validPrediction);
  });

  Deno.test(`train() gives the same bytes for the same request of ${algorithm}`, async () => {
    const [first, second] = [await train(of(algorithm)), await train(of(algorithm))];
    assertEquals(second, first);
    const other = await train({ ...of(algorithm), seed: 4 });
    assert(largestDifference(other.validPrediction, first.validPrediction) > 1e-4);
  });

  Deno.test(`train() of ${algorithm} learns a constant where there is nothing else`, async () => {
    const asked = of(algorithm);
    const [trainLabel, validLabel] = [
      asked.trainLabel.map(() => 6.5),
      asked.validLabel.map(() => 6.5),
    ];
    const trained = await train({ ...asked, trainLabel, validLabel });
    assert(largestDifference(trained.validPrediction, validLabel) < 1e-5);
    assertEquals(new Set(Object.values(trained.importance)), new Set([0]));
  });

  Deno.test(`train() says what ${algorithm} does not accept`, async () => {
    const wrong = (params: { readonly [name: string]: string }) =>
      train({ ...of(algorithm), params });
    const error = await assertRejects(() => wrong({ objective: "reg:nonsense" }), NativeError);
    assertEquals(error.library, algorithm);
    assert(error.message.includes("reg:nonsense"), error.message);
    await assertRejects(() => wrong({ max_dept: "3" }), NativeError, "max_dept");
  });

  Deno.test(`train() of ${algorithm} ends between two rounds when it is aborted`, async () => {
    const ending = new AbortController();
    let rounds = 0;
    const error = await assertRejects(
      () =>
        train({ ...of(algorithm), rounds: 1_000_000, earlyStoppingRounds: 0 }, {
          signal: ending.signal,
          onRound: ({ round }) => {
            rounds = round;
            if (round === 5) ending.abort();
          },
        }),
      DOMException,
    );
    assertEquals(error.name, "AbortError");
    assert(rounds >= 5 && rounds < 100_000, `${rounds} rounds`);
  });
}

Deno.test("train() does not begin when it is aborted already", async () => {
  const signal = AbortSignal.abort(new RangeError("Too late"));
  await assertRejects(() => train(request(), { signal }), RangeError, "Too late");
});

Deno.test("train() ends its process when the listener throws", async () => {
  const onRound = () => {
    throw new RangeError("Enough");
  };
  const long = request({ rounds: 1_000_000, earlyStoppingRounds: 0 });
  await assertRejects(() => train(long, { onRound }), RangeError, "Enough");
});

Deno.test("train() tells that its process died", async () => {
  const long = request({ rounds: 1_000_000, earlyStoppingRounds: 0 });
  const onRound = ({ round }: { round: number }) => {
    if (round === 3) Deno.kill(trainingProcess(), "SIGABRT");
  };
  await assertRejects(() => train(long, { onRound }), NativeError, "its process ended by SIGABRT");
});

/** The process that this one started to train in. */
function trainingProcess(): number {
  const args = ["-A", "-o", "pid=,ppid=,args="];
  const { stdout } = new Deno.Command("ps", { args }).outputSync();
  const found = new TextDecoder().decode(stdout).split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .find((match) => Number(match?.[2]) === Deno.pid && match?.[3]?.includes("child.ts"));
  if (found === undefined || found === null) throw new Error("There is no training process");
  return Number(found[1]);
}

Deno.test("train() gives the same bytes with two threads", async () => {
  for (const algorithm of ALGORITHMS) {
    const two = { ...of(algorithm), threads: 2 };
    assertEquals(await train(two), await train(two));
  }
});

Deno.test("train() refuses shapes that do not fit, before it starts a process", async () => {
  const labels = { validLabel: new Float32Array(3) };
  await assertRejects(() => train(request(labels)), RangeError, "there are 3 for 500 rows");
  const names = { featureNames: ["a", "b"] };
  await assertRejects(() => train(request(names)), RangeError, "it has 6 features, expected 2");
  const twice = { featureNames: ["a", "a", "b", "c", "d", "e"] };
  await assertRejects(() => train(request(twice)), RangeError, "distinct names");
  const none = { rows: 0, features: 6, values: new Float32Array() };
  const empty = { valid: none, validLabel: new Float32Array() };
  await assertRejects(() => train(request(empty)), RangeError, "validate on 0");
  await assertRejects(() => train(request({ rounds: 0 })), RangeError, "0 rounds");
  await assertRejects(() => train(request({ threads: 1.5 })), RangeError, "1.5 threads");
});

Deno.test("train() refuses labels that are not numbers", async () => {
  const validLabel = request().validLabel.slice();
  validLabel[7] = NaN;
  const message = "the label of validation row 7 is NaN";
  await assertRejects(() => train(request({ validLabel })), RangeError, message);
});

Deno.test("train() names the three ways when the library is absent", async () => {
  const places = {
    os: Deno.build.os,
    installed: "/nowhere",
    env: () => undefined,
    exists: () => false,
    read: () => undefined,
    list: () => [],
  };
  const message = assertThrows(() => locate("xgboost", places), MissingLibraryError).message;
  assert(message.includes("deno task native:install"), message);
  const library = { path: "/nowhere/libxgboost.so", loaderPath: undefined, version: undefined };
  await assertRejects(() => train(request(), { library }), Error, "/nowhere/libxgboost.so");
});
