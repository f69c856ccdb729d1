/** A real mail server for tests that shares no code with ours: aiosmtpd of PyPI, with STARTTLS and AUTH. @module */
import { fromFileUrl, join } from "@std/path";
import { CACHE, isFile, provide, run } from "./provide.ts";
import { answers, freePort, type Service, serviceDir, startService } from "./service.ts";

const WHEEL = "aiosmtpd==1.4.6";
const FOLDER = join(CACHE, "aiosmtpd");
const here = (name: string) => fromFileUrl(new URL(name, import.meta.url));
const certificate = (name: string) => here(`../adapters/alerts/certificate/${name}`);

/** Folder with the Python packages, installed if they may be. */
export function aiosmtpd(): Promise<string> {
  return provide({
    what: "aiosmtpd",
    find: () => isFile(join(FOLDER, "aiosmtpd/controller.py")) ? FOLDER : undefined,
    install: () => run("python3", ["-m", "pip", "install", "-q", "--target", FOLDER, WHEEL]),
  });
}

/** The user that the server knows. */
export const mailUser: { readonly name: string; readonly password: string } = {
  name: "aurora",
  password: "pass/w0rd&+é",
};

/** A mail as Python's own parser reads it. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether it came by TLS, and how the sender said who they are. */
  readonly tls: boolean;
  readonly auth: string | null;
  /** All headers, in order, unfolded and decoded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string | null;
  readonly html: string | null;
}

/** A running mail server. */
export interface SmtpServer extends Service {
  /** What arrived, oldest first. */
  mails(): readonly Mail[];
}

/** Starts a server; `without` are ways to say who one is that it does not offer: `PLAIN`, `LOGIN`. */
export async function startSmtp(
  { without = [] }: { readonly without?: readonly string[] } = {},
): Promise<SmtpServer> {
  const packages = await aiosmtpd();
  const port = freePort();
  const dir = serviceDir("smtp");
  const { name, password } = mailUser;
  const pem = [certificate("leaf.pem"), certificate("leaf.key")];
  const service = await startService({
    name: "smtp",
    command: ["python3", here("smtp_server.py"), `${port}`, ...pem, name, password, ...without],
    port,
    dir,
    env: { PYTHONPATH: packages, PYTHONUTF8: "1" },
    ready: () => answers(port, greets),
    timeoutMs: 30_000,
  });
  const mails = () =>
    [...Deno.readDirSync(dir)].map((f) => f.name).filter((n) => /^mail-\d+\.json$/.test(n)).sort()
      .map((n) => JSON.parse(Deno.readTextFileSync(join(dir, n))) as Mail);
  return Object.assign(service, { mails });
}

async function greets(connection: Deno.Conn): Promise<boolean> {
  const answer = new Uint8Array(64);
  const length = await connection.read(answer) ?? 0;
  return new TextDecoder().decode(answer.subarray(0, length)).startsWith("220");
}
