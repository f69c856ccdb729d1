import { assertEquals, assertThrows } from "@std/assert";
import { paramsOf, threadsOf } from "../../../ml/train/params.ts";
import { request } from "../data.ts";

Deno.test("paramsOf() adds seed, threads and determinism to the caller's parameters", () => {
  const xgboost = request({ params: { max_depth: 3 }, threads: 2 });
  const ours = { seed: 3, nthread: 2, verbosity: 1, validate_parameters: true };
  assertEquals(paramsOf(xgboost), { max_depth: 3, ...ours });
  const { deterministic, force_row_wise, num_threads } = paramsOf(
    request({ algorithm: "lightgbm" }),
  );
  assertEquals([deterministic, force_row_wise, num_threads], [true, true, 1]);
});

Deno.test("paramsOf() refuses parameters that the request decides", () => {
  for (const name of ["seed", "nthread", "num_threads", "num_iterations"]) {
    assertThrows(() => paramsOf(request({ params: { [name]: 1 } })), TypeError, `"${name}"`);
  }
});

Deno.test("threadsOf() takes one thread for few rows and all cores for many", () => {
  const rows = (rows: number) => ({ ...request(), train: { ...request().train, rows } });
  assertEquals(threadsOf(rows(49_999)), 1);
  assertEquals(threadsOf(rows(50_000)), navigator.hardwareConcurrency);
  assertEquals(threadsOf({ ...rows(50_000), threads: 1 }), 1);
});
