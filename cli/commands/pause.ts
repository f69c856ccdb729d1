/**
 * `pause` and `resume`: switching schedules and sensors.
 *
 * @module
 */
import { EXIT, type Run } from "../command.ts";
import { json, withApp } from "../with_app.ts";

const switching = (paused: boolean): Run => (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const [what] = called.words;
    const found = await service.setPaused(what!, paused, "cli");
    const word = paused ? "paused" : "on";
    if (called.on("json")) io.out(json(found));
    else io.out(`${found.name} is ${word}${found.changed ? "" : ", as it was before"}`);
    return EXIT.ok;
  });

/** Pauses; where it stands is kept. */
export const pause: Run = switching(true);
/** Lets it go on from where it stood, by its own policy. */
export const resume: Run = switching(false);
