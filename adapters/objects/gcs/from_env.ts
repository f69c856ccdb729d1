/** A bucket of Google Cloud Storage as the environment names it. @module */
import type { Objects } from "engine";
import { gcsObjects } from "./objects.ts";
import { accountTokens, machineTokens, serviceAccount } from "./token.ts";

type Env = (name: string) => string | undefined;

/**
 * Opens a bucket: with the service account of `GOOGLE_APPLICATION_CREDENTIALS`, else as the machine that this runs on.
 * `STORAGE_EMULATOR_HOST` leads to an emulator, which is not told who asks.
 *
 * @throws {SyntaxError} If the file of credentials is no key of a service account.
 * @throws {Deno.errors.NotFound} If it is not there.
 */
export async function gcsFromEnv(
  place: { readonly bucket: string; readonly prefix: string },
  env: Env,
): Promise<Objects> {
  const { bucket, prefix } = place;
  const emulator = env("STORAGE_EMULATOR_HOST") ?? "";
  if (emulator !== "") {
    const endpoint = emulator.includes("://") ? emulator : `http://${emulator}`;
    return gcsObjects({ bucket, prefix, endpoint });
  }
  const file = env("GOOGLE_APPLICATION_CREDENTIALS") ?? "";
  const tokens = file === ""
    ? machineTokens({})
    : accountTokens(serviceAccount(await Deno.readTextFile(file)), {});
  return gcsObjects({ bucket, prefix, tokens });
}
