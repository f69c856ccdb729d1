/**
 * `sense`: what a sensor would ask for.
 *
 * @module
 */
import type { Json } from "engine";
import { EXIT, type Run } from "../command.ts";
import { table } from "../table.ts";
import { many, sliceOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** JSON, or text as it is. */
function cursorOf(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Lets a sensor look from a cursor, and changes nothing. */
export const sense: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const [name] = called.words;
    const payload = called.text("payload");
    const found = await service.sense(name!, {
      cursor: cursorOf(called.text("cursor")),
      payloads: payload === undefined ? undefined : [payload],
    });
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    const rows = found.requests.map((r) => [sliceOf(r), r.key ?? "", r.reason]);
    if (rows.length > 0) table(io, ["REQUEST", "KEY", "WHY"], rows).forEach((l) => io.out(l));
    io.out(`${many(rows.length, "request")}; the cursor would be ${JSON.stringify(found.cursor)}`);
    return EXIT.ok;
  });
