/** The error of a foreign service that does not serve. @module */

/** A service did not answer, refused us or broke off: who serves people may answer 503. */
export class ServiceUnavailableError extends Error {
  override readonly name = "ServiceUnavailableError";

  /**
   * @param service What it is and where, without credentials: `Redis at "10.0.0.5:6379"`.
   * @param doing What was being done: `read online features`.
   */
  constructor(readonly service: string, readonly doing: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    super(`Cannot ${doing}: ${service} answers "${reason}"`, { cause });
  }
}

/**
 * Waits at most `ms`, so that a silent service cannot hold up its user. What was asked may still
 * happen.
 * @throws {DOMException} "TimeoutError" after `ms`.
 */
export async function withinMs<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    const late = () => reject(new DOMException(`no answer within ${ms} ms`, "TimeoutError"));
    timer = setTimeout(late, ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
