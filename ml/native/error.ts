/** A call into a native library failed: bad parameters, shapes, labels or model bytes. */
export class NativeError extends Error {
  /** Which library, such as `xgboost`. */
  readonly library: string;
  /** The C function that failed. */
  readonly symbol: string;

  /** `reason` is what the library said. */
  constructor(library: string, symbol: string, reason: string) {
    super(`Cannot ${symbol} of ${library}: ${reason}`);
    this.name = "NativeError";
    this.library = library;
    this.symbol = symbol;
  }
}

/** A native library is not on this machine; the message names the ways to get it. */
export class MissingLibraryError extends Error {
  /** Which library, such as `xgboost`. */
  readonly library: string;

  /** `looked` are the places where it was looked for. */
  constructor(library: string, looked: readonly string[]) {
    super(
      `Cannot find the library of "${library}": looked at ${looked.join(", ")}. ${WAYS}`,
    );
    this.name = "MissingLibraryError";
    this.library = library;
  }
}

/** The three ways to get the libraries, for messages. */
export const WAYS = [
  `Run "deno task native:install" (needs pip or uv)`,
  `or install them by brew or conda`,
  `or set AURORA_XGBOOST_LIB and AURORA_LIGHTGBM_LIB to the files of your own build`,
].join(", ");
