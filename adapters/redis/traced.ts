/** Commands to Redis as spans: by their names, never with keys or values. @module */
import type { Command, Redis } from "ioredis";
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

/** The span of commands that go out together, below what is being done; nothing if nobody records. */
export const beginCommands = (name: string, count: number): OpenSpan | undefined =>
  tracing()?.begin(callOf(name, count));

/** Makes each single command of a connection a span; those of a pipeline go out as one. */
export function traceCommands(redis: Redis, recorder: Tracing): void {
  const send = redis.sendCommand.bind(redis);
  // A command that waited for the connection comes here a second time.
  const seen = new WeakSet<Command>();
  redis.sendCommand = (command, stream) => {
    if (stream === undefined && !seen.has(command)) {
      seen.add(command);
      const span = recorder.begin(callOf(command.name, 1));
      if (span) void command.promise.then(() => span.end(), (error) => span.end(troubleOf(error)));
    }
    return send(command, stream);
  };
}
