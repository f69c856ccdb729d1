/**
 * What every log of events must do.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ServiceUnavailableError } from "../feature/unavailable.ts";
import {
  envelope,
  type EventEnvelope,
  type EventLog,
  EventsRefusedError,
  type OutboxEvent,
} from "./event_log.ts";

/** A log to be tested, and eyes of the test's own to see what is in it. */
export interface EventLogSubject extends AsyncDisposable {
  readonly log: EventLog;
  /** A log of the same kind that nobody serves. */
  readonly absent: EventLog;
  /** Bytes of a payload that the log refuses although it serves. */
  readonly tooLarge: number;
  /** Waits until a topic has so many events; those of a key in the order in which they are read. */
  read(topic: string, count: number): Promise<readonly EventEnvelope[]>;
}

/** One sentence of the contract, and how it is tested. */
type Behaviour = readonly [sentence: string, test: (subject: EventLogSubject) => Promise<void>];

/**
 * Registers one test a behaviour; `open` gives a log of its own to each.
 * @param name Of the implementation, for the names of the tests.
 */
export function eventLogContract(name: string, open: () => Promise<EventLogSubject>): void {
  for (const [sentence, test] of BEHAVIOURS) {
    // Drivers leave timers of their connections behind for a moment.
    const options = { sanitizeOps: false, sanitizeResources: false };
    Deno.test(`event log ${name}: ${sentence}`, options, async () => {
      await using subject = await open();
      await test(subject);
    });
  }
}

const BEHAVIOURS: readonly Behaviour[] = [
  ["publish() puts an event into its topic in the form that readers see", async (subject) => {
    const topic = crypto.randomUUID();
    const one = { ...event(topic, 0, "grüß"), payload: { mood: "schön 🙂", at: [1, null] } };
    await subject.log.publish([one, { ...event(topic, 1, "grüß"), run: null }]);
    const [first, second] = await subject.read(topic, 2);
    assertEquals(first, envelope(one));
    assertEquals(second?.run, null);
  }],
  ["publish() of nothing does nothing", async ({ log, absent }) => {
    await log.publish([]);
    await absent.publish([]);
  }],
  ["publish() keeps the order of each key, also of sends not waited for", async (subject) => {
    const topic = crypto.randomUUID();
    const keys = ["u1", "u2", "u3", "u4"];
    const events = Array.from({ length: 400 }, (_, i) => event(topic, i, keys[i % 4]));
    const parts = [0, 1, 2, 3].map((n) => events.slice(n * 100, n * 100 + 100));
    await Promise.all(parts.map((part) => subject.log.publish(part)));
    const seen = await subject.read(topic, 400);
    for (const key of keys) {
      const ids = (all: readonly { key: string; id: string }[]) =>
        all.filter((one) => one.key === key).map((one) => one.id);
      assertEquals(
        ids(seen.map((one) => ({ key: one.key, id: one.event_id }))),
        ids(events.map((one) => ({ key: one.key, id: one.eventId }))),
      );
    }
  }],
  ["publish() takes several topics at once", async (subject) => {
    const topics = [crypto.randomUUID(), crypto.randomUUID()];
    await subject.log.publish(Array.from({ length: 20 }, (_, i) => event(topics[i % 2]!, i)));
    for (const topic of topics) assertEquals((await subject.read(topic, 10)).length, 10);
  }],
  ["publish() takes much more at once than one event may have", async (subject) => {
    const topic = crypto.randomUUID();
    const large = "x".repeat(8000);
    const count = Math.ceil(3 * subject.tooLarge / 8000);
    const events = Array.from(
      { length: count },
      (_, i) => ({ ...event(topic, i), payload: large }),
    );
    await subject.log.publish(events);
    const seen = await subject.read(topic, count);
    assertEquals(seen.map((one) => one.event_id), events.map((one) => one.eventId));
  }],
  ["publish() tells which event is refused for what is in it, and goes on after it", async (s) => {
    const topic = crypto.randomUUID();
    const spoilt = { ...event(topic, 2), payload: "x".repeat(s.tooLarge) };
    const events = [event(topic, 0), event(topic, 1), spoilt, event(topic, 3)];
    const error = await assertRejects(() => s.log.publish(events), EventsRefusedError);
    assert(error.sent <= 2 && error.sent + error.among > 2, `${error.sent} ${error.among}`);
    const alone = await assertRejects(() => s.log.publish([spoilt]), EventsRefusedError);
    assertEquals([alone.sent, alone.among], [0, 1]);
    assert(alone.reason.length > 0);
    await s.log.publish([events[3]!]);
    const sent = events.slice(0, error.sent).map((one) => one.eventId);
    const seen = await s.read(topic, sent.length + 1);
    assertEquals(seen.map((one) => one.event_id), [...sent, events[3]!.eventId]);
  }],
  ["publish() tells that nobody serves, in seconds, and refuses nothing for it", async (s) => {
    const start = performance.now();
    await assertRejects(() => s.absent.publish([event("t", 0)]), ServiceUnavailableError);
    assert(performance.now() - start < 30_000, `${performance.now() - start} ms`);
  }],
  ["close() waits for what is being sent", async (subject) => {
    const topic = crypto.randomUUID();
    const sending = subject.log.publish([event(topic, 0)]);
    await subject.log.close();
    await sending;
    assertEquals((await subject.read(topic, 1)).length, 1);
  }],
];

function event(topic: string, place: number, key = "u1"): OutboxEvent {
  return {
    id: BigInt(place),
    topic,
    key,
    eventId: crypto.randomUUID(),
    schemaVersion: 2,
    run: "7",
    payload: { place },
    createdAt: new Date("2025-01-27T06:00:00Z"),
  };
}
