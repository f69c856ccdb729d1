/**
 * Assets that others own: observed, never computed.
 *
 * @module
 */
import { type Asset, asset, type AssetOptions, type Context, type None } from "./asset.ts";
import type { Partitions, Unpartitioned } from "./partitions.ts";
import type { Resources } from "./resource.ts";

/** What `external()` takes: an asset without upstreams whose `observe` looks at the data of somebody else. */
export type ExternalOptions<
  Name extends string,
  P extends Partitions,
  R extends Resources,
  Out,
> = Omit<AssetOptions<Name, None, P, R, Out>, "deps" | "materialize" | "store"> & {
  /** Looks at one slice: counts, newest change, a cheap data version. It must not write. */
  observe(context: Context<P, R>): Out | Promise<Out>;
};

/**
 * Declares data that another application owns, so that lineage, checks and freshness reach the real source.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { external, materialize } from "engine";
 *
 * const users = external({ name: "source/users", observe: () => ({ rows: 500 }) });
 * assertEquals(users.external, true);
 * assertEquals((await materialize(users)).value, { rows: 500 });
 * ```
 */
export function external<
  const Name extends string,
  P extends Partitions = Unpartitioned,
  R extends Resources = None,
  Out = never,
>(options: ExternalOptions<Name, P, R, Out>): Asset<Name, Out, P> {
  const { observe, ...rest } = options;
  const whole = asset<Name, None, P, R, Out>({
    ...(rest as Omit<AssetOptions<Name, None, P, R, Out>, "materialize">),
    materialize: (_, context) => observe(context),
  });
  return { ...whole, external: true, code: observe.toString() };
}
