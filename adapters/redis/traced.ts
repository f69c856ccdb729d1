/** Commands to Redis as spans: by their names, never with keys or values. @module */
import type { Cluster, Command, Redis } from "ioredis";
import { type ForeignCall, type OpenSpan, type Tracing, tracing, troubleOf } from "engine";

/** The span of commands of one name. */
const callOf = (name: string, count: number): ForeignCall => ({
  name: name.toUpperCase(),
  kind: "client",
  attributes: {
    "db.system.name": "redis",
    "db.operation.name": name.toUpperCase(),
    ...(count > 1 ? { "db.operation.batch.size": count } : {}),
  },
});

type Stream = Parameters<Redis["sendCommand"]>[1];

/** Commands that have a span already, of their own or with others: one that waited for its connection is sent twice. */
const begun = new WeakSet<Command>();

/** The span of commands that go out together, below what is being done; nothing if nobody records. */
export function beginCommands(name: string, commands: readonly Command[]): OpenSpan | undefined {
  const recorder = tracing();
  if (recorder === undefined) return undefined;
  for (const command of commands) begun.add(command);
  return recorder.begin(callOf(name, commands.length));
}

/** Makes each single command of a client a span; those of a pipeline go out as one. */
export function traceCommands(client: Redis | Cluster, recorder: Tracing): void {
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command: Command, ...rest: [Stream?]) => {
    if (rest[0] === undefined && !begun.has(command)) {
      begun.add(command);
      const span = recorder.begin(callOf(command.name, 1));
      if (span) void command.promise.then(() => span.end(), (error) => span.end(troubleOf(error)));
    }
    return send(command, ...rest);
  };
}
