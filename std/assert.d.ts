/** `npm:deno-std` ships JavaScript without declarations; what is used of it is declared here. */
/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
/** Fails unless `condition` is truthy. */
export function assert(condition: unknown, msg?: string): asserts condition;
/** Fails unless `actual` is not null and not undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;
/** Fails unless `actual` is within `tolerance` of `expected`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void;
/** Fails unless `expected` is part of `actual`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
/** Fails unless `actual` matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
/** Fails unless `fn` rejects with `type`; gives the error. */
export function assertRejects<E extends Error>(
  fn: () => Promise<unknown>,
  type: abstract new (...args: never) => E,
  msgIncludes?: string,
): Promise<E>;
/** Fails unless `fn` throws `type`; gives the error. */
export function assertThrows<E extends Error>(
  fn: () => unknown,
  type: abstract new (...args: never) => E,
  msgIncludes?: string,
): E;
