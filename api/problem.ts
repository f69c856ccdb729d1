import { masked, UnknownName } from "engine";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What every failing request is answered with. */
export interface ProblemBody {
  /** A word that programs can compare: `not_found`. */
  readonly error: string;
  /** What could not be done, with what, in a sentence. */
  readonly message: string;
  /** What would be right, if that is known. */
  readonly hint: string | null;
}

const words: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  409: "conflict",
  413: "too_large",
  415: "unsupported_media_type",
  421: "misdirected",
  429: "too_many_requests",
  503: "unavailable",
};

/** Answers with a problem. */
export function problem(
  context: Context,
  status: ContentfulStatusCode,
  message: string,
  hint: string | null = null,
): Response {
  const body = {
    error: words[status] ?? "internal_error",
    message: masked(message),
    hint,
  } satisfies ProblemBody;
  return context.json(body, status);
}

/** Turns whatever was thrown into a problem: what the caller did wrong is 4xx, the rest is 500. */
export function problemOf(error: unknown, context: Context): Response {
  if (error instanceof UnknownName) {
    const message = `Cannot find ${error.what}: "${error.unknown}" does not exist`;
    const hint = error.nearest === undefined ? null : `Did you mean "${error.nearest}"?`;
    return problem(context, 404, message, hint);
  }
  if (error instanceof RangeError || error instanceof TypeError) {
    return problem(context, 400, error.message);
  }
  if (error instanceof HTTPException) {
    return problem(context, error.status as ContentfulStatusCode, error.message);
  }
  const message = error instanceof Error ? error.message : String(error);
  return problem(context, 500, message, "The server's log has the details");
}
