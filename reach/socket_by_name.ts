import { connect, type Socket } from "node:net";

/** What nodemailer hands over: it is told of the connection or the trouble. */
type Done = (error: Error | null, found?: { readonly connection: Socket }) => void;

/**
 * Opens connections of mail by the name of the server, as nodemailer's `getSocket` wants it. A process with few rights may
 * connect to names only, while nodemailer would look the name up and connect to what it stands for.
 */
export const socketByName =
  (to: { readonly host: string; readonly port: number; readonly limitMs: number }) =>
  (_: unknown, done: Done): void => {
    const connection = connect({ host: to.host, port: to.port, timeout: to.limitMs });
    const late = () => connection.destroy(new Error("Connection timeout"));
    connection.once("timeout", late);
    connection.once("error", done);
    connection.once("connect", () => {
      connection.off("error", done).off("timeout", late).setTimeout(0);
      done(null, { connection });
    });
  };
