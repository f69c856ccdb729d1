/**
 * `events` and `events-send-again`: what is told to others.
 *
 * @module
 */
import type { EventView } from "engine";
import { EXIT, type Run, UsageError } from "../command.ts";
import { table } from "../table.ts";
import { json, withApp } from "../with_app.ts";
import { timeOf } from "../words.ts";
import { limitOf } from "./runs.ts";

/** Lists events, newest first. */
export const events: Run = (setting) => {
  const { called, io } = setting;
  const filter = { topic: called.text("topic"), refused: called.on("refused") };
  const limit = limitOf(called, 20);
  return withApp(setting, async ({ service }) => {
    const found = await service.events({ ...filter, limit });
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    const rows = found.events.map((e) => [
      e.id,
      timeOf(e.createdAt),
      e.topic,
      e.key ?? "",
      e.run ?? "",
      standing(e),
    ]);
    table(io, ["EVENT", "WRITTEN", "TOPIC", "KEY", "RUN", "SENT"], rows).forEach((l) => io.out(l));
    const refused = found.topics.reduce((sum, topic) => sum + topic.refused, 0);
    if (refused > 0) {
      io.err(`${refused} refused by the broker: they stay until "events-send-again" sends them`);
    }
    return EXIT.ok;
  });
};

function standing(event: EventView): string {
  if (event.sentAt !== null) return timeOf(event.sentAt);
  return event.refusedAt === null ? "waits" : `refused: ${event.refusedReason}`;
}

/** Lets refused events be sent again. */
export const sendAgain: Run = (setting) => {
  const { called, io } = setting;
  const ids = called.words;
  if (ids.length > 0 === called.on("all")) {
    throw new UsageError("Cannot send again: name events by their numbers, or --all");
  }
  const wrong = ids.find((id) => !/^[1-9]\d{0,17}$/.test(id));
  if (wrong !== undefined) {
    throw new UsageError(`Cannot send "${wrong}" again: an event is named by its number`);
  }
  return withApp(setting, async ({ service }) => {
    const found = await service.sendAgain(called.on("all") ? undefined : ids);
    if (called.on("json")) io.out(json(found));
    else io.out(`${found.events} refused events wait to be sent again`);
    return EXIT.ok;
  });
};
