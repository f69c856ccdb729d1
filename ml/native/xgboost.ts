import type { Matrix } from "../frame/frame.ts";
import { checkLabelled, checkShape, type Labelled } from "../frame/shape.ts";
import type { Booster, BoosterOptions, Library, Score } from "./booster.ts";
import { NativeError } from "./error.ts";
import {
  addressOf,
  arrayInterface,
  cString,
  CStrings,
  Handle,
  Out,
  type Pointer,
  readCString,
} from "./ffi.ts";
import { XGBOOST } from "./xgboost_symbols.ts";

/** XGBoost by its C interface; one object a process. */
export class XGBoost implements Library {
  readonly version: string;
  readonly #library;
  readonly #log;

  /** Opens the library at `path`; its warnings go to `log`. */
  constructor(path: string, log: (line: string) => void = () => {}) {
    this.#library = Deno.dlopen(path, XGBOOST);
    // Kept for the life of the library: a closed callback must never stay registered.
    this.#log = new Deno.UnsafeCallback(
      { parameters: ["pointer"], result: "void" },
      (line) => log(readCString(line)),
    );
    this.check(this.symbols.XGBRegisterLogCallback(this.#log.pointer), "XGBRegisterLogCallback");
    const parts = [new Int32Array(1), new Int32Array(1), new Int32Array(1)] as const;
    this.symbols.XGBoostVersion(...parts);
    this.version = `xgboost ${parts.map(([part]) => part).join(".")}`;
  }

  /** The functions of the library. */
  get symbols(): Deno.DynamicLibrary<typeof XGBOOST>["symbols"] {
    return this.#library.symbols;
  }

  /** Throws what the library says if a call did not give 0. Only on the thread of the call. */
  check(code: number, symbol: string): void {
    if (code === 0) return;
    const message = readCString(this.symbols.XGBGetLastError()).split("\n")[0] ?? "";
    throw new NativeError(
      "xgboost",
      symbol,
      message.replace(/^\[[\d:]+\]\s+\S+:\d+:\s*/, "").trim(),
    );
  }

  booster(options: BoosterOptions): Booster {
    return new XGBooster(this, options);
  }

  load(model: Uint8Array): { predict(matrix: Matrix): Float32Array } & Disposable {
    const loaded = XGBModel.create(this, []);
    try {
      const bytes = model.slice();
      const code = this.symbols.XGBoosterLoadModelFromBuffer(
        loaded.pointer,
        bytes,
        BigInt(bytes.length),
      );
      this.check(code, "XGBoosterLoadModelFromBuffer");
      return loaded;
    } catch (error) {
      loaded[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#library.close();
    this.#log.close();
  }
}

class DMatrix extends Handle {
  static create(
    library: XGBoost,
    data: Labelled,
    threads: number,
  ): DMatrix {
    const { rows, features, values } = data.rows;
    const out = new Out();
    const { symbols } = library;
    const code = symbols.XGDMatrixCreateFromDense(
      cString(arrayInterface(values, [rows, features])),
      // XGBoost's parser of JSON, not ours, reads this: it knows NaN.
      cString(`{"missing":NaN,"nthread":${threads}}`),
      out.buffer,
    );
    library.check(code, "XGDMatrixCreateFromDense");
    const matrix = new DMatrix(out.pointer, (pointer) => symbols.XGDMatrixFree(pointer));
    const label = cString(arrayInterface(data.label, [data.label.length]));
    library.check(
      symbols.XGDMatrixSetInfoFromInterface(matrix.pointer, cString("label"), label),
      "XGDMatrixSetInfoFromInterface",
    );
    return matrix;
  }
}

/** A booster of the library: predicts, saves, tells its gains. */
class XGBModel extends Handle {
  readonly #library: XGBoost;

  constructor(library: XGBoost, pointer: Pointer) {
    super(pointer, (pointer) => library.symbols.XGBoosterFree(pointer));
    this.#library = library;
  }

  static create(library: XGBoost, matrices: readonly DMatrix[]): XGBModel {
    const out = new Out();
    const handles = new BigUint64Array(matrices.map(({ pointer }) => addressOf(pointer)));
    const code = library.symbols.XGBoosterCreate(handles, BigInt(matrices.length), out.buffer);
    library.check(code, "XGBoosterCreate");
    return new XGBModel(library, out.pointer);
  }

  /** Names the features in saved models and in gains. */
  name(featureNames: readonly string[]): void {
    const names = new CStrings(featureNames);
    const code = this.#library.symbols.XGBoosterSetStrFeatureInfo(
      this.pointer,
      cString("feature_name"),
      names.buffer,
      BigInt(featureNames.length),
    );
    this.#library.check(code, "XGBoosterSetStrFeatureInfo");
  }

  slice(rounds: number): XGBModel {
    const out = new Out();
    const code = this.#library.symbols.XGBoosterSlice(this.pointer, 0, rounds, 1, out.buffer);
    this.#library.check(code, "XGBoosterSlice");
    return new XGBModel(this.#library, out.pointer);
  }

  predict({ values, rows, features }: Matrix): Float32Array {
    checkShape({ values, rows, features }, features);
    const [shape, dimensions, result] = [new Out(), new Out(), new Out()];
    const code = this.#library.symbols.XGBoosterPredictFromDense(
      this.pointer,
      cString(arrayInterface(values, [rows, features])),
      cString(PREDICT_VALUES),
      null,
      shape.buffer,
      dimensions.buffer,
      result.buffer,
    );
    this.#library.check(code, "XGBoosterPredictFromDense");
    const sizes = new Deno.UnsafePointerView(shape.pointer!);
    let length = 1;
    for (let at = 0; at < dimensions.number; at++) length *= Number(sizes.getBigUint64(8 * at));
    // The memory belongs to the library and is used again by the next call: copied at once.
    return length === 0 ? new Float32Array() : new Float32Array(
      Deno.UnsafePointerView.getArrayBuffer(result.pointer!, length * 4).slice(0),
    );
  }

  save(): Uint8Array {
    const [length, bytes] = [new Out(), new Out()];
    const code = this.#library.symbols.XGBoosterSaveModelToBuffer(
      this.pointer,
      cString(`{"format":"json"}`),
      length.buffer,
      bytes.buffer,
    );
    this.#library.check(code, "XGBoosterSaveModelToBuffer");
    return new Uint8Array(
      Deno.UnsafePointerView.getArrayBuffer(bytes.pointer!, length.number).slice(0),
    );
  }

  gain(featureNames: readonly string[]): Float64Array {
    const [count, names, dimensions, shape, values] = Array.from(
      { length: 5 },
      () => new Out(),
    ) as [Out, Out, Out, Out, Out];
    const code = this.#library.symbols.XGBoosterFeatureScore(
      this.pointer,
      cString(`{"importance_type":"total_gain"}`),
      count.buffer,
      names.buffer,
      dimensions.buffer,
      shape.buffer,
      values.buffer,
    );
    this.#library.check(code, "XGBoosterFeatureScore");
    const gains = new Float64Array(featureNames.length);
    for (let at = 0; at < count.number; at++) {
      const name = readCString(new Deno.UnsafePointerView(names.pointer!).getPointer(8 * at));
      gains[featureNames.indexOf(name)] = new Deno.UnsafePointerView(values.pointer!)
        .getFloat32(4 * at);
    }
    return gains;
  }
}

const PREDICT_VALUES = `{"type":0,"training":false,"iteration_begin":0,"iteration_end":0,` +
  `"strict_shape":true,"missing":NaN,"cache_id":0}`;

class XGBooster implements Booster {
  readonly #library: XGBoost;
  readonly #names: readonly string[];
  readonly #owned = new DisposableStack();
  readonly #train: DMatrix;
  readonly #valid: DMatrix;
  #model: XGBModel;

  constructor(library: XGBoost, options: BoosterOptions) {
    this.#library = library;
    this.#names = options.featureNames;
    checkLabelled(options.train, this.#names.length);
    checkLabelled(options.valid, this.#names.length);
    const threads = Number(options.params.nthread ?? 1);
    try {
      this.#train = this.#owned.use(DMatrix.create(library, options.train, threads));
      this.#valid = this.#owned.use(DMatrix.create(library, options.valid, threads));
      this.#model = XGBModel.create(library, [this.#train, this.#valid]);
      this.#owned.defer(() => this.#model[Symbol.dispose]());
      for (const [name, value] of Object.entries(options.params)) {
        const code = library.symbols.XGBoosterSetParam(
          this.#model.pointer,
          cString(name),
          cString(String(value)),
        );
        library.check(code, "XGBoosterSetParam");
      }
      this.#model.name(this.#names);
    } catch (error) {
      this.#owned.dispose();
      throw error;
    }
  }

  update(round: number): boolean {
    const { symbols } = this.#library;
    const code = symbols.XGBoosterUpdateOneIter(this.#model.pointer, round, this.#train.pointer);
    this.#library.check(code, "XGBoosterUpdateOneIter");
    return true;
  }

  evaluate(round: number): readonly Score[] {
    const out = new Out();
    const names = new CStrings(["valid"]);
    const code = this.#library.symbols.XGBoosterEvalOneIter(
      this.#model.pointer,
      round,
      new BigUint64Array([addressOf(this.#valid.pointer)]),
      names.buffer,
      1n,
      out.buffer,
    );
    this.#library.check(code, "XGBoosterEvalOneIter");
    // Says "[3]\tvalid-rmse:0.25\tvalid-mae:0.5".
    return readCString(out.pointer).split("\t").slice(1).map((score) => {
      const colon = score.lastIndexOf(":");
      return {
        metric: score.slice("valid-".length, colon),
        value: Number(score.slice(colon + 1)),
      };
    });
  }

  keep(rounds: number): void {
    const kept = this.#model.slice(rounds);
    kept.name(this.#names); // a slice forgets them
    this.#model[Symbol.dispose]();
    this.#model = kept;
  }

  predict(matrix: Matrix): Float32Array {
    checkShape(matrix, this.#names.length);
    return this.#model.predict(matrix);
  }

  save(): Uint8Array {
    return this.#model.save();
  }

  gain(): Float64Array {
    return this.#model.gain(this.#names);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
