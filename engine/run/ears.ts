/**
 * The ports to what sensors are told by.
 *
 * @module
 */
import type { TopicMessage } from "../declare/listen_sensor.ts";

/** What a listener to a channel hears. */
export interface Hearing {
  /** A payload, in order. */
  payload(text: string): void;
  /** Listening began, or began again: what was sent before may have been missed. */
  gap(): void;
}

/** Listens to a channel of the database until it is disposed or the signal aborts. */
export type ListenTo = (
  channel: string,
  hearing: Hearing,
  signal: AbortSignal,
) => Promise<AsyncDisposable>;

/** Where each part of a topic is read on from, in decimal, by part. */
export type Offsets = { readonly [partition: string]: string };

/** How a topic is read. */
export interface TopicReading {
  /** What is read. */
  readonly topic: string;
  /** With whom its parts are shared. */
  readonly group: string;
  /** Whether nothing is put before topic and group. */
  readonly isFullName: boolean;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** Where to read on: the truth, whatever the log remembers of the group. Parts not named begin with their oldest message. */
  offsets(): Promise<Offsets>;
  /** Takes messages of one part, in order; resolves when they are dealt with for good. Rejecting ends the reading. */
  take(messages: readonly TopicMessage[]): Promise<void>;
}

/** Reads a topic until the signal aborts; rejects when it cannot. */
export type ReadTopic = (reading: TopicReading) => Promise<void>;

/** What the server can listen to; what is absent is not set up. */
export interface Ears {
  /** Channels of the database. */
  readonly listenTo?: ListenTo | undefined;
  /** Topics of the log. */
  readonly readTopic?: ReadTopic | undefined;
}
