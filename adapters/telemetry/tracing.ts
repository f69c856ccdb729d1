/**
 * Traces by OpenTelemetry, which Deno exports itself when it was started with `OTEL_DENO=true`.
 *
 * @module
 */
import {
  type Context,
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { type Claimed, masked, type Outcome, type Tracing } from "engine";

/** What recording needs. */
export interface TracingOptions {
  /** The traceparent of what asked for a run, if it is known. */
  parentOf(run: string): Promise<string | undefined>;
  /** Of the program. */
  readonly version: string;
}

const PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The W3C traceparent of a span. */
export function parentText(span: Span | undefined): string | undefined {
  const found = span?.spanContext();
  if (!found || !isSpanContextValid(found)) return undefined;
  return `00-${found.traceId}-${found.spanId}-${found.traceFlags.toString(16).padStart(2, "0")}`;
}

/** The context below what a traceparent names; that of a trace of its own if it names nothing. */
function below(parent: string | undefined): Context {
  const [, traceId, spanId, flags] = PARENT.exec(parent ?? "") ?? [];
  if (traceId === undefined) return trace.deleteSpan(context.active());
  return trace.setSpanContext(context.active(), {
    traceId,
    spanId: spanId!,
    traceFlags: parseInt(flags!, 16),
    isRemote: true,
  });
}

/** Records by the tracer of the process. */
export function openTelemetry({ parentOf, version }: TracingOptions): Tracing {
  const tracer = trace.getTracer("aurora", version);
  const ended = (span: Span, error?: unknown) => {
    if (error !== undefined) {
      const message = masked(error instanceof Error ? error.message : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    span.end();
  };
  return {
    active: () => parentText(trace.getActiveSpan()),
    span: (name, work) =>
      tracer.startActiveSpan(name, async (span) => {
        try {
          const result = await work();
          ended(span);
          return result;
        } catch (error) {
          ended(span, error);
          throw error;
        }
      }),
    async step(claimed: Claimed, work: () => Promise<Outcome>) {
      const parent = below(await parentOf(claimed.run).catch(() => undefined));
      const options = { kind: SpanKind.CONSUMER, attributes: attributesOf(claimed) };
      return await tracer.startActiveSpan(
        `step ${claimed.asset}`,
        options,
        parent,
        async (span) => {
          const outcome = await work();
          span.setAttribute("aurora.state", outcome.state);
          ended(span, outcome.state === "success" ? undefined : outcome.error.message);
          return outcome;
        },
      );
    },
  };
}

const attributesOf = ({ run, step, attempt, asset, partition }: Claimed) => ({
  "aurora.run": run,
  "aurora.step": step,
  "aurora.attempt": attempt,
  "aurora.asset": asset,
  "aurora.partition": partition,
});

/**
 * A port whose calls are spans below what is being done, named `PORT.METHOD`; calls that nobody asked for, such as
 * heartbeats, are none. Methods that give no promise stay as they are.
 */
export function tracedPort<Port extends object>(name: string, port: Port): Port {
  const tracer = trace.getTracer("aurora");
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function" || typeof key === "symbol") return member;
      return (...args: unknown[]) => {
        const active = trace.getActiveSpan();
        if (!active) return Reflect.apply(member, target, args);
        const span = tracer.startSpan(`${name}.${key}`, { kind: SpanKind.CLIENT });
        const result: unknown = context.with(
          trace.setSpan(context.active(), span),
          () => Reflect.apply(member, target, args),
        );
        if (!(result instanceof Promise)) {
          span.end();
          return result;
        }
        result.then(() => span.end(), (error: unknown) => {
          span.setStatus({ code: SpanStatusCode.ERROR, message: masked(String(error)) });
          span.end();
        });
        return result;
      };
    },
  });
}
