/**
 * Several assets that one function computes together.
 *
 * @module
 */
import {
  type Asset,
  asset,
  type AssetOptions,
  type Context,
  type Erased,
  groupOf,
  type Io,
  type None,
} from "./asset.ts";
import type { Deps, Inputs } from "./deps.ts";
import { Lazy, type Made } from "./lazy.ts";
import type { Partitions, Unpartitioned } from "./partitions.ts";
import type { Resources } from "./resource.ts";

/** Assets by name, made together by one function. */
export type Family<Outs, P extends Partitions> = {
  readonly [K in keyof Outs & string]: Asset<K, Made<Outs[K]>, P>;
};

/** What `multiAsset()` takes: as for one asset, but `materialize` returns one value for each output. */
export interface MultiAssetOptions<
  K extends string,
  D extends Deps,
  P extends Partitions,
  R extends Resources,
  Outs,
> extends Omit<AssetOptions<string, D, P, R, Outs>, "store" | "dataVersion"> {
  /** The assets that come out. */
  readonly outputs: readonly K[];
  /** Computes one slice of all outputs at once; what is only made where a run asks for it is {@linkcode lazy}. */
  materialize(inputs: Inputs<D, P>, context: Context<P, R>): Outs | Promise<Outs>;
}

/** An attempt has one version and each output its own: rows that one attempt writes can be published for one of them. */
function refuseTables(o: { readonly outputs: readonly string[]; readonly io?: Io }): void {
  if (!o.io?.tables?.length) return;
  throw new TypeError(
    `Cannot declare "${o.outputs.join(`", "`)}" together: the rows of "${o.io.tables[0]}" are ` +
      "published by the version of one asset, declare one asset for each table",
  );
}

function refuseOutputs({ outputs }: { readonly outputs: readonly string[] }): void {
  const twice = outputs.find((o, i) => outputs.indexOf(o) !== i);
  if (outputs.length > 0 && twice === undefined) return;
  throw new TypeError(
    "Cannot declare assets together: " +
      (twice === undefined ? "no output is named" : `output "${twice}" is named twice`) +
      ', outputs are like ["train", "valid"]',
  );
}

/**
 * Runs what all outputs share. Its reports and events belong to all of them and leave with the step that began it, so
 * none are taken once it has ended: they would be lost.
 */
async function untilMade<Outs>(args: Erased, run: (args: Erased) => Promise<Outs>): Promise<Outs> {
  const context = args.context as Pick<Context<Partitions, Resources>, "emit" | "report">;
  let isOver = false;
  const open = <A>(what: "emit" | "report", tell: (given: A) => void) => (given: A): void => {
    if (!isOver) return tell(given);
    throw new TypeError(
      `Cannot ${what}() from a lazy output: call it in materialize(), where all outputs are made`,
    );
  };
  const shared = {
    ...context,
    emit: open("emit", context.emit),
    report: open("report", context.report),
  };
  try {
    return await run({ ...args, context: shared });
  } finally {
    isOver = true;
  }
}

/** Declares several assets that one function computes together, such as the two halves of a split. */
export function multiAsset<
  const K extends string,
  D extends Deps = None,
  P extends Partitions = Unpartitioned,
  R extends Resources = None,
  Outs extends { readonly [Output in K]: unknown } = { readonly [Output in K]: unknown },
>(options: MultiAssetOptions<K, D, P, R, Outs>): Family<Pick<Outs, K>, P> {
  refuseOutputs(options);
  refuseTables(options);
  const running = new WeakMap<object, Promise<Outs>>();
  const { outputs, ...shared } = options;
  if (Object.values(options.deps ?? {}).some((d) => "mode" in d && d.mode === "previous")) {
    throw new TypeError(
      `Cannot declare "${outputs.join(`", "`)}" together: previous() does not say of which of ` +
        "them, declare the one that reads itself as an asset of its own",
    );
  }
  const whole = asset(shared as AssetOptions<string, D, P, R, Outs>);
  const one = (output: K): Asset<K, Made<Outs[K]>, P> => ({
    ...whole,
    name: output,
    family: outputs,
    group: options.group ?? groupOf(output),
    async run(args) {
      const made = running.get(args.attempt) ?? untilMade(args, whole.run);
      running.set(args.attempt, made);
      const value = (await made)[output];
      return (value instanceof Lazy ? await value.make() : value) as Made<Outs[K]>;
    },
  });
  return Object.fromEntries(outputs.map((o) => [o, one(o)])) as Family<Pick<Outs, K>, P>;
}
