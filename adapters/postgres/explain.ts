/** A database address does not lead to a usable database; the message says why. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  /** `code` is the SQLSTATE or the code of the system; the cause is kept. */
  constructor(message: string, readonly code: string, cause: unknown) {
    super(message, { cause });
  }
}

/** The address without its password and without parameters, fit for a log. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return "(unreadable address)";
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`;
}

const REASONS: Readonly<Record<string, (url: URL) => string>> = {
  ECONNREFUSED: ({ host }) => `nothing listens on "${host}", is PostgreSQL running there?`,
  ENOTFOUND: ({ hostname }) => `there is no host "${hostname}", check its spelling`,
  EAI_AGAIN: ({ hostname }) => `host "${hostname}" cannot be looked up now, check the network`,
  ETIMEDOUT: ({ host }) => `"${host}" does not answer, check network and firewall`,
  CONNECT_TIMEOUT: ({ host }) => `"${host}" does not answer, check network and firewall`,
  CONNECTION_CLOSED: ({ host }) => `"${host}" hung up, is it a PostgreSQL, does it want TLS?`,
  "28P01": ({ username }) => `wrong password for user "${username}"`,
  "28000": ({ username }) => `user "${username}" may not log in, check the name and pg_hba.conf`,
  "3D000": ({ pathname }) => `there is no database "${pathname.slice(1)}", create it first`,
  "53300": () => `all connections are taken, raise max_connections or use fewer workers`,
  "57P03": () => `it is starting up or shutting down, try again in a moment`,
};

/** Turns what the driver threw while connecting into a sentence; without the password. */
export function explain(error: unknown, url: string): ConnectError {
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const password = URL.canParse(url) ? decodeURIComponent(new URL(url).password) : "";
  const safe = password === "" ? said : said.replaceAll(password, "***");
  const reason = URL.canParse(url) ? REASONS[code]?.(new URL(url)) : undefined;
  const message = `Cannot connect to "${withoutPassword(url)}": ${reason ?? safe}`;
  return new ConnectError(message, code, error);
}

/** The code of an error, or of the first of several. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code === "string") return code;
  return error instanceof Error && error.name === "LimitError" ? "CONNECT_TIMEOUT" : "UNKNOWN";
}
