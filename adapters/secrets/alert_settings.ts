/** What connections say of how alerts are sent, in the words of the settings. @module */
import type { Connection } from "engine";
import { addressOf } from "./address.ts";

/** Settings by name. */
export type Settings = { readonly [name: string]: string };

const text = (c: Connection, name: string, setting: string): Settings => {
  const value = c.extra[name];
  if (value === undefined || value === null) return {};
  if (typeof value === "string") return { [setting]: value };
  throw new TypeError(`Cannot use connection "${c.name}" (${c.kind}): its ${name} is no text`);
};

function only(c: Connection, kinds: readonly string[]): void {
  if (kinds.includes(c.kind)) return;
  throw new TypeError(
    `Cannot use connection "${c.name}" (${c.kind}): its kind has to be ${kinds.join(" or ")}`,
  );
}

/**
 * A mail server; extras are `ca` (a PEM), `auth` (`login`), and `from_email`, the sender, as Airflow has it.
 *
 * @throws {TypeError} If it is no mail server, or an extra is no text.
 */
export function mailSettings(c: Connection): Settings {
  only(c, ["smtp", "smtps"]);
  const { auth } = text(c, "auth", "auth");
  return {
    AURORA_SMTP_URL: addressOf(c) + (auth === undefined ? "" : `?auth=${encodeURIComponent(auth)}`),
    ...text(c, "ca", "AURORA_SMTP_CA"),
    ...text(c, "from_email", "AURORA_ALERT_FROM"),
  };
}

/**
 * A webhook; extras are `secret`, which signs, and `shape`.
 *
 * @throws {TypeError} If it is no address of HTTP, or has another extra.
 */
export function webhookSettings(c: Connection): Settings {
  only(c, ["http", "https"]);
  const strange = Object.keys(c.extra).find((name) => name !== "secret" && name !== "shape");
  if (strange !== undefined) {
    throw new TypeError(
      `Cannot use connection "${c.name}" (${c.kind}): its extra "${strange}" has no meaning here, known are secret, shape`,
    );
  }
  return {
    AURORA_WEBHOOK_URL: addressOf(c),
    ...text(c, "secret", "AURORA_WEBHOOK_SECRET"),
    ...text(c, "shape", "AURORA_WEBHOOK_SHAPE"),
  };
}
