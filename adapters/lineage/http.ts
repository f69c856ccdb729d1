/** Events of OpenLineage by HTTP, as Marquez and others take them. @module */
import type { LineageEvent } from "./event.ts";

/** Takes events, one after the other. */
export interface LineageSender extends AsyncDisposable {
  /** Shown to people. */
  readonly name: string;
  /** @throws {EventRefused} If this event will never be taken. Any other error is worth another try. */
  send(event: LineageEvent): Promise<void>;
}

/** The receiver has understood an event, and does not want it. */
export class EventRefused extends Error {
  override readonly name = "EventRefused";
}

/** Where events go. */
export interface LineageHttp {
  /** `OPENLINEAGE_URL`: `http://marquez:5000`. */
  readonly url: string;
  /** Path below it. @default {"api/v1/lineage"} */
  readonly endpoint?: string;
  /** Sent as bearer token. */
  readonly apiKey?: string;
  /** Milliseconds after which a call counts as failed. @default {10000} */
  readonly limitMs?: number;
}

/** Answers by which a receiver says that the event itself is wrong. */
const REFUSED = new Set([400, 413, 422]);

/**
 * Posts each event.
 *
 * @throws {TypeError} If the URL is none of HTTP.
 */
export function lineageHttp(
  { url, endpoint, apiKey, limitMs = 10_000 }: LineageHttp,
): LineageSender {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TypeError(`Cannot read OPENLINEAGE_URL: it is not like "http://marquez:5000"`);
  }
  const target = new URL(endpoint || "api/v1/lineage", url.endsWith("/") ? url : `${url}/`);
  return {
    name: target.host,
    async send(event) {
      const response = await fetch(target, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(limitMs),
      });
      const said = (await response.text()).slice(0, 200);
      if (response.ok) return;
      const message =
        `Cannot send lineage to "${target.host}": it answered ${response.status} ${said}`;
      throw REFUSED.has(response.status) ? new EventRefused(message) : new Error(message);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
