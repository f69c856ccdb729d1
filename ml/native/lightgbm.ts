import type { Matrix } from "../frame/frame.ts";
import { checkLabelled, checkShape, type Labelled } from "../frame/shape.ts";
import type { Booster, BoosterOptions, Library, Params, Score } from "./booster.ts";
import { NativeError } from "./error.ts";
import {
  address,
  buffer,
  cString,
  CStrings,
  Handle,
  Out,
  type Pointer,
  readCString,
} from "./ffi.ts";
import { LIGHTGBM } from "./lightgbm_symbols.ts";

const FLOAT32 = 0;
const ROW_MAJOR = 1;
const PREDICT_VALUES = 0;
const IMPORTANCE_GAIN = 1;

/** LightGBM by its C interface; one object a process. */
export class LightGBM implements Library {
  /** The library cannot tell its version: it is known from the wheel it came in. */
  readonly version: string;
  readonly #library;
  readonly #log;

  /** Opens the library at `path`, of that version; its warnings go to `log`. */
  constructor(path: string, log: (line: string) => void = () => {}, version?: string) {
    this.#library = Deno.dlopen(path, LIGHTGBM);
    // Kept for the life of the library: a closed callback must never stay registered.
    this.#log = new Deno.UnsafeCallback(
      { parameters: ["pointer"], result: "void" },
      (line) => log(readCString(line)),
    );
    this.check(
      this.symbols.LGBM_RegisterLogCallback(this.#log.pointer),
      "LGBM_RegisterLogCallback",
    );
    this.version = `lightgbm ${version ?? "(unknown version)"}`;
  }

  /** The functions of the library. */
  get symbols(): Deno.DynamicLibrary<typeof LIGHTGBM>["symbols"] {
    return this.#library.symbols;
  }

  /** Throws what the library says if a call did not give 0. Only on the thread of the call. */
  check(code: number, symbol: string): void {
    if (code === 0) return;
    throw new NativeError("lightgbm", symbol, readCString(this.symbols.LGBM_GetLastError()).trim());
  }

  booster(options: BoosterOptions): Booster {
    return new LGBMBooster(this, options);
  }

  load(model: Uint8Array): { predict(matrix: Matrix): Float64Array } & Disposable {
    const out = new Out();
    const code = this.symbols.LGBM_BoosterLoadModelFromString(
      cString(new TextDecoder().decode(model)),
      new Int32Array(1),
      out.buffer,
    );
    this.check(code, "LGBM_BoosterLoadModelFromString");
    return new LGBMModel(this, out.pointer);
  }

  [Symbol.dispose](): void {
    this.#library.close();
    this.#log.close();
  }
}

class Dataset extends Handle {
  static create(
    library: LightGBM,
    data: Labelled,
    o: { names: readonly string[]; params: Params; reference?: Dataset },
  ): Dataset {
    const { rows, features, values } = data.rows;
    const out = new Out();
    const { symbols } = library;
    const code = symbols.LGBM_DatasetCreateFromMat(
      buffer(values),
      FLOAT32,
      rows,
      features,
      ROW_MAJOR,
      parameters(o.params),
      o.reference?.pointer ?? null,
      out.buffer,
    );
    library.check(code, "LGBM_DatasetCreateFromMat");
    const dataset = new Dataset(out.pointer, (pointer) => symbols.LGBM_DatasetFree(pointer));
    const labelled = symbols.LGBM_DatasetSetField(
      dataset.pointer,
      cString("label"),
      buffer(data.label),
      data.label.length,
      FLOAT32,
    );
    library.check(labelled, "LGBM_DatasetSetField");
    const names = new CStrings(o.names);
    library.check(
      symbols.LGBM_DatasetSetFeatureNames(dataset.pointer, names.buffer, o.names.length),
      "LGBM_DatasetSetFeatureNames",
    );
    return dataset;
  }
}

/** A booster of the library: predicts, saves, tells its gains; of the first `kept` rounds. */
class LGBMModel extends Handle {
  /** Rounds to use; -1 for all. */
  kept = -1;
  readonly #library: LightGBM;

  constructor(library: LightGBM, pointer: Pointer) {
    super(pointer, (pointer) => library.symbols.LGBM_BoosterFree(pointer));
    this.#library = library;
  }

  get features(): number {
    const out = new Int32Array(1);
    const code = this.#library.symbols.LGBM_BoosterGetNumFeature(this.pointer, out);
    this.#library.check(code, "LGBM_BoosterGetNumFeature");
    return out[0]!;
  }

  get outputs(): number {
    const out = new Int32Array(1);
    const code = this.#library.symbols.LGBM_BoosterGetNumClasses(this.pointer, out);
    this.#library.check(code, "LGBM_BoosterGetNumClasses");
    return out[0]!;
  }

  predict(matrix: Matrix): Float64Array {
    checkShape(matrix, this.features);
    const result = new Float64Array(matrix.rows * this.outputs);
    if (matrix.rows === 0) return result;
    const code = this.#library.symbols.LGBM_BoosterPredictForMat(
      this.pointer,
      buffer(matrix.values),
      FLOAT32,
      matrix.rows,
      matrix.features,
      ROW_MAJOR,
      PREDICT_VALUES,
      0,
      this.kept,
      parameters({ num_threads: 1 }),
      new BigInt64Array(1),
      result,
    );
    this.#library.check(code, "LGBM_BoosterPredictForMat");
    return result;
  }

  save(): Uint8Array {
    const length = new BigInt64Array(1);
    for (let bytes = new Uint8Array(1 << 20);;) {
      const code = this.#library.symbols.LGBM_BoosterSaveModelToString(
        this.pointer,
        0,
        this.kept,
        IMPORTANCE_GAIN,
        BigInt(bytes.length),
        length,
        bytes,
      );
      this.#library.check(code, "LGBM_BoosterSaveModelToString");
      const needed = Number(length[0]);
      if (needed <= bytes.length) return bytes.slice(0, needed - 1); // without the zero
      bytes = new Uint8Array(needed);
    }
  }

  gain(): Float64Array {
    const gains = new Float64Array(this.features);
    const code = this.#library.symbols.LGBM_BoosterFeatureImportance(
      this.pointer,
      this.kept,
      IMPORTANCE_GAIN,
      gains,
    );
    this.#library.check(code, "LGBM_BoosterFeatureImportance");
    return gains;
  }
}

class LGBMBooster implements Booster {
  readonly #library: LightGBM;
  readonly #owned = new DisposableStack();
  readonly #model: LGBMModel;
  readonly #metrics: readonly string[];

  constructor(library: LightGBM, { train, valid, params, featureNames: names }: BoosterOptions) {
    this.#library = library;
    checkLabelled(train, names.length);
    checkLabelled(valid, names.length);
    const { symbols } = library;
    try {
      const learn = this.#owned.use(Dataset.create(library, train, { names, params }));
      const judge = this.#owned.use(
        Dataset.create(library, valid, { names, params, reference: learn }),
      );
      const out = new Out();
      const code = symbols.LGBM_BoosterCreate(learn.pointer, parameters(params), out.buffer);
      library.check(code, "LGBM_BoosterCreate");
      this.#model = this.#owned.use(new LGBMModel(library, out.pointer));
      library.check(
        symbols.LGBM_BoosterAddValidData(this.#model.pointer, judge.pointer),
        "LGBM_BoosterAddValidData",
      );
      this.#metrics = metricNames(library, this.#model);
    } catch (error) {
      this.#owned.dispose();
      throw error;
    }
  }

  update(): boolean {
    const finished = new Int32Array(1);
    const code = this.#library.symbols.LGBM_BoosterUpdateOneIter(this.#model.pointer, finished);
    this.#library.check(code, "LGBM_BoosterUpdateOneIter");
    return finished[0] === 0;
  }

  evaluate(): readonly Score[] {
    const values = new Float64Array(this.#metrics.length);
    const FIRST_VALID = 1;
    const code = this.#library.symbols.LGBM_BoosterGetEval(
      this.#model.pointer,
      FIRST_VALID,
      new Int32Array(1),
      values,
    );
    this.#library.check(code, "LGBM_BoosterGetEval");
    return this.#metrics.map((metric, at) => ({ metric, value: values[at]! }));
  }

  keep(rounds: number): void {
    this.#model.kept = rounds;
  }

  predict(matrix: Matrix): Float64Array {
    return this.#model.predict(matrix);
  }

  save(): Uint8Array {
    return this.#model.save();
  }

  gain(): Float64Array {
    return this.#model.gain();
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

const LONGEST_NAME = 128;

function metricNames(library: LightGBM, model: LGBMModel): readonly string[] {
  const count = new Int32Array(1);
  const counted = library.symbols.LGBM_BoosterGetEvalCounts(model.pointer, count);
  library.check(counted, "LGBM_BoosterGetEvalCounts");
  const names = Array.from({ length: count[0]! }, () => new Uint8Array(LONGEST_NAME));
  const code = library.symbols.LGBM_BoosterGetEvalNames(
    model.pointer,
    names.length,
    new Int32Array(1),
    BigInt(LONGEST_NAME),
    new BigUint64Array(1),
    new BigUint64Array(names.map(address)),
  );
  library.check(code, "LGBM_BoosterGetEvalNames");
  return names.map((name) => new TextDecoder().decode(name.subarray(0, name.indexOf(0))));
}

/** LightGBM reads `name=value` pairs between spaces. */
function parameters(params: Params): Uint8Array<ArrayBuffer> {
  return cString(Object.entries(params).map(([name, value]) => `${name}=${value}`).join(" "));
}
