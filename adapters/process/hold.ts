/**
 * Holding one step to its time and memory.
 *
 * @module
 */
import { type Abort, durationText } from "engine";
import { type Cause, megabytes } from "./cause.ts";

/** What a step is held to, and how. */
export interface HoldOptions {
  /** What it computes, `"features" [2024-01-01]`. */
  readonly what: string;
  /** Milliseconds that it may take. */
  readonly timeout: number | undefined;
  /** Bytes that it may use. */
  readonly memory: number | undefined;
  /** Aborts when it is cancelled; the reason says by what. */
  readonly signal: AbortSignal;
  /** Milliseconds that it has to end when it was told. */
  readonly graceMs: number;
  /** Milliseconds between two looks at its memory. */
  readonly lookMs: number;
  /** Bytes that it uses now, if that can be known. */
  used(): number | undefined;
  /** Asks it to end. */
  tell(abort: Abort): void;
  /** Ends it. */
  kill(cause: Cause): void;
}

/** A step that is held. */
export interface Held extends Disposable {
  /** Why it was told to end; undefined if it was not. */
  readonly told: Abort | undefined;
}

/** From now on, until it is disposed of. */
export function hold(o: HoldOptions): Held {
  let told: Abort | undefined;
  let killing: ReturnType<typeof setTimeout> | undefined;
  const tell = (abort: Abort) => {
    if (told) return;
    told = abort;
    o.tell(abort);
    killing = setTimeout(() => o.kill(insisted(abort, o.graceMs)), o.graceMs);
  };
  const cancel = () => tell({ by: "cancel", reason: textOf(o.signal.reason) });
  const late = o.timeout === undefined
    ? undefined
    : setTimeout(() => tell({ by: "timeout", reason: lateText(o.what, o.timeout!) }), o.timeout);
  const watching = o.memory === undefined ? undefined : setInterval(() => {
    const used = o.used();
    if (used === undefined || used <= o.memory!) return;
    const share = `${megabytes(used)} of ${megabytes(o.memory!)} of memory`;
    const words = `Cannot finish ${o.what}: it used ${share} and was killed`;
    o.kill({ end: "memory", words });
  }, o.lookMs);
  if (o.signal.aborted) cancel();
  else o.signal.addEventListener("abort", cancel, { once: true });
  return {
    get told() {
      return told;
    },
    [Symbol.dispose]() {
      clearTimeout(late);
      clearTimeout(killing);
      clearInterval(watching);
      o.signal.removeEventListener("abort", cancel);
    },
  };
}

/** What a step is told that took too long. */
const lateText = (what: string, timeout: number) =>
  `Cannot finish ${what}: it took longer than its timeout of ${durationText(timeout)}`;

function insisted({ by, reason }: Abort, graceMs: number): Cause {
  const words = `${reason}; it did not end within ${durationText(graceMs)} after context.signal ` +
    "told it, and was killed";
  return { end: by === "timeout" ? "timeout" : "cancelled", words };
}

const textOf = (reason: unknown) => reason instanceof Error ? reason.message : String(reason);
