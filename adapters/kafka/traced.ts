/** Messages as spans: sent below what asked for their runs, received below what sent them. @module */
import {
  type ForeignCall,
  type OpenSpan,
  type TopicMessage,
  type Tracing,
  tracing,
  troubleOf,
} from "engine";
import type { Outgoing } from "./driver.ts";

/** Header of a message that names what sent it, as W3C says. */
export const TRACEPARENT = "traceparent";

/** Sends messages; those of a run carry the traceparent of a span of their own run and topic. */
export async function sendTraced(
  messages: readonly Outgoing[],
  send: (messages: readonly Outgoing[]) => Promise<void>,
): Promise<void> {
  const recorder = tracing();
  if (!recorder) return await send(messages);
  const spans = await spansOf(recorder, messages);
  const end = (trouble?: string) => spans.forEach((span) => span.end(trouble));
  try {
    await send(messages.map((message) => {
      const span = spans.get(groupOf(message));
      if (!span) return message;
      return { ...message, headers: { ...message.headers, [TRACEPARENT]: span.parent } };
    }));
    end();
  } catch (error) {
    end(troubleOf(error));
    throw error;
  }
}

const groupOf = ({ topic, headers }: Outgoing) => `${headers["run"] ?? ""}\n${topic}`;

/** One span for the messages of a run to a topic. */
async function spansOf(
  recorder: Tracing,
  messages: readonly Outgoing[],
): Promise<ReadonlyMap<string, OpenSpan>> {
  const spans = new Map<string, OpenSpan>();
  for (const [group, some] of Map.groupBy(messages, groupOf)) {
    const { topic, headers } = some[0]!;
    const call = callOf("send", "producer", topic, some.length);
    const run = headers["run"];
    const span = run === undefined ? recorder.begin(call) : await recorder.beginFor(run, call);
    if (span) spans.set(group, span);
  }
  return spans;
}

/** Takes messages as a span below what sent them. */
export async function takeTraced(
  topic: string,
  messages: readonly TopicMessage[],
  take: () => Promise<void>,
): Promise<void> {
  const recorder = tracing();
  if (!recorder) return await take();
  const parents = messages.flatMap((m) => m.headers[TRACEPARENT] ?? []);
  await recorder.under(parents, callOf("process", "consumer", topic, messages.length), take);
}

const callOf = (
  operation: "send" | "process",
  kind: ForeignCall["kind"],
  topic: string,
  count: number,
): ForeignCall => ({
  name: `${operation} ${topic}`,
  kind,
  attributes: {
    "messaging.system": "kafka",
    "messaging.operation.name": operation,
    "messaging.destination.name": topic,
    "messaging.batch.message_count": count,
  },
});
