/** A login at a mail server, and no mail. @module */
import { socketByName } from "../../reach/mod.ts";

/**
 * Logs in to `smtp://user:password@host:587` or `smtps://…`. With a user STARTTLS is required: a password never travels
 * in the clear. `ca` is a certificate authority as PEM.
 *
 * @throws {Error} If the server cannot be reached or refuses.
 */
export async function probeSmtp(
  address: string,
  ca: string | undefined,
  limitMs: number,
): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const { protocol, hostname, port, username, password } = new URL(address);
  const secure = protocol === "smtps:";
  const server = {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (secure ? 465 : 587),
  };
  const transport = createTransport({
    ...server,
    secure,
    getSocket: socketByName({ ...server, limitMs }),
    ...(username === "" ? {} : {
      requireTLS: !secure,
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    dnsTimeout: limitMs,
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}
