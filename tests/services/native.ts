/** The native libraries of training for tests. @module */
import { fromFileUrl } from "@std/path";
import { isFile, mayInstall, missing, run } from "./provide.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** Installs XGBoost and LightGBM if that may be done; quick when they are there. */
export async function nativeLibraries(): Promise<void> {
  const installer = `${ROOT}tasks/native_install.ts`;
  if (!isFile(installer)) throw missing(`"tasks/native_install.ts"`);
  if (!mayInstall()) throw missing("XGBoost and LightGBM");
  await run(Deno.execPath(), ["run", "-A", "--config", `${ROOT}deno.json`, installer]);
}
