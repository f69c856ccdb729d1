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
  groupOf,
  type Io,
  type None,
} from "./asset.ts";
import type { Deps, Inputs } from "./deps.ts";
import type { Partitions, Unpartitioned } from "./partitions.ts";
import type { Resources } from "./resource.ts";

/** Assets by name, made together by one function. */
export type Family<Outs, P extends Partitions> = {
  readonly [K in keyof Outs & string]: Asset<K, Outs[K], P>;
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
  /** Computes one slice of all outputs at once. */
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

/** Declares several assets that one function computes together, such as the two halves of a split. */
export function multiAsset<
  const K extends string,
  D extends Deps = None,
  P extends Partitions = Unpartitioned,
  R extends Resources = None,
  Outs extends { readonly [Output in K]: unknown } = { readonly [Output in K]: unknown },
>(options: MultiAssetOptions<K, D, P, R, Outs>): Family<Pick<Outs, K>, P> {
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
  const one = (output: K): Asset<K, Outs[K], P> => ({
    ...whole,
    name: output,
    family: outputs,
    group: options.group ?? groupOf(output),
    async run(args) {
      const made = running.get(args.attempt) ?? whole.run(args);
      running.set(args.attempt, made);
      return (await made)[output];
    },
  });
  return Object.fromEntries(outputs.map((o) => [o, one(o)])) as Family<Pick<Outs, K>, P>;
}
