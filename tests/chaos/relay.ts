// deno-lint-ignore-file no-console
/** A program that relays the outbox of `DATABASE_URL` into a file, one line an event. @module */
import { type EventLog, relay } from "engine";
import { connect } from "../../adapters/postgres/connect.ts";
import { postgresOutbox } from "../../adapters/postgres/outbox.ts";

const [file] = Deno.args;
const sql = connect(Deno.env.get("DATABASE_URL")!, { name: "aurora relay", max: 2 });

/** The file as a log: what was appended is safe there, since only the process is killed and not the machine. */
const log: EventLog = {
  name: "file",
  publish: (events) =>
    Deno.writeTextFile(
      file!,
      events.map((e) => JSON.stringify([`${e.id}`, e.eventId, e.key]) + "\n").join(""),
      { append: true },
    ),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

await relay({
  outbox: postgresOutbox(sql),
  log,
  signal: new AbortController().signal,
  pollMs: 200,
  onNotice: (n) => n.kind === "failed" && console.error(n.error),
});
