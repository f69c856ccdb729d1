/** A real browser for tests. @module */
import { apt, cannotInstall, hasApt, provide, which } from "./provide.ts";

/** Path of a Chromium, installed if it may be; start it by `playwright-core`. */
export function chromium(): Promise<string> {
  return provide({
    what: "chromium",
    find: () => Deno.env.get("AURORA_TEST_CHROMIUM") ?? which("chromium") ?? which("chrome"),
    install: () =>
      hasApt() ? apt("chromium", "fonts-dejavu-core") : Promise.reject(cannotInstall("chromium")),
  });
}
