/**
 * `why`: one causal chain for how a slice stands.
 *
 * @module
 */
import { nearest, type ReasonView, UnknownName } from "engine";
import { EXIT, type Run } from "../command.ts";
import { paint } from "../io.ts";
import { json, withApp } from "../with_app.ts";

/** Tells the root cause first. */
export const why: Run = (setting) =>
  withApp(setting, async ({ service, definitions }) => {
    const { called, io } = setting;
    const name = called.words[0]!;
    const found = await service.why(name, called.text("partition"));
    if (!found) {
      throw new UnknownName("asset", name, nearest(name, definitions.assets.map((a) => a.name)));
    }
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    found.chain.forEach((link, i) => {
      const text = i === 0 ? paint(io, "bold", link.words) : link.words;
      io.out(`${i === 0 ? "Root cause: " : `${"  ".repeat(i)}so `}${text}`);
    });
    if (found.also.length > 0) {
      io.out(paint(io, "gray", "Also"));
      found.also.forEach((link: ReasonView) => io.out(`  ${link.words}`));
    }
    return EXIT.ok;
  });
