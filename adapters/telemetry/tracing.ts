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
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import {
  type Claimed,
  type ForeignCall,
  masked,
  type OpenSpan,
  type Outcome,
  type Tracing,
  troubleOf,
} from "engine";

/** What recording needs. */
export interface TracingOptions {
  /** The traceparent of what asked for a run, if it is known. */
  parentOf(run: string): Promise<string | undefined>;
  /** Of the program. */
  readonly version: string;
}

const PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

const KINDS = {
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const satisfies Record<ForeignCall["kind"], SpanKind>;

/** Other spans that one of many messages is linked to at most. */
const LINKS = 100;

/** The W3C traceparent of a span. */
export function parentText(span: Span | undefined): string | undefined {
  const found = span?.spanContext();
  if (!found || !isSpanContextValid(found)) return undefined;
  return `00-${found.traceId}-${found.spanId}-${found.traceFlags.toString(16).padStart(2, "0")}`;
}

/** What a traceparent names. */
function named(parent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = PARENT.exec(parent ?? "") ?? [];
  if (traceId === undefined) return undefined;
  return { traceId, spanId: spanId!, traceFlags: parseInt(flags!, 16), isRemote: true };
}

/** The context below what a traceparent names; that of a trace of its own if it names nothing. */
function below(parent: string | undefined): Context {
  const found = named(parent);
  if (found === undefined) return trace.deleteSpan(context.active());
  return trace.setSpanContext(context.active(), found);
}

/** A span as those see it who begin and end it by themselves. */
function opened(span: Span): OpenSpan {
  let isOver = false;
  return {
    parent: parentText(span)!,
    end(trouble) {
      if (isOver) return;
      isOver = true;
      if (trouble !== undefined) {
        span.setAttribute("error.type", trouble);
        span.setStatus({ code: SpanStatusCode.ERROR, message: trouble });
      }
      span.end();
    },
  };
}

const optionsOf = ({ kind, attributes }: ForeignCall) => ({ kind: KINDS[kind], attributes });

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
    begin(call) {
      if (!trace.getActiveSpan()) return undefined;
      return opened(tracer.startSpan(call.name, optionsOf(call)));
    },
    async beginFor(run, call) {
      const parent = await parentOf(run).catch(() => undefined);
      if (parent === undefined) return undefined;
      return opened(tracer.startSpan(call.name, optionsOf(call), below(parent)));
    },
    async under(parents, call, work) {
      const [first, ...others] = [...new Set(parents)];
      const links = others.slice(0, LINKS).flatMap((parent) => {
        const found = named(parent);
        return found ? [{ context: found }] : [];
      });
      const span = tracer.startSpan(call.name, { ...optionsOf(call), links }, below(first));
      return await context.with(trace.setSpan(context.active(), span), async () => {
        const { end } = opened(span);
        try {
          const result = await work();
          end();
          return result;
        } catch (error) {
          end(troubleOf(error));
          throw error;
        }
      });
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
