/** API and pages with real access over a real database, as one handler. @module */
import type { Sql } from "../../adapters/postgres/connect.ts";
import { type AccessMode, openAccess } from "../../access.ts";
import {
  createAccessApi,
  createApi,
  createFront,
  createGate,
  groupsBy,
  type Handler,
  isAccessPath,
  PEER_HEADER,
} from "../../api/mod.ts";
import { migrateAll } from "../../tasks/database.ts";
import { createLayoutEngine, createUi, type Pages } from "../../ui/mod.ts";
import { testDatabase } from "../services/postgres.ts";
import { FakeService } from "../ui/fake_service.ts";
import { cacheDir, now } from "../ui/site.ts";

/** Where the site says it is. */
export const URL_OF_SITE = "http://127.0.0.1:8081";

/** What a test opens. */
export interface GuardedSite extends AsyncDisposable {
  readonly sql: Sql;
  readonly service: FakeService;
  /** What the server said to people, such as the first link. */
  readonly said: readonly string[];
  readonly handle: Handler;
  /** Sends a request as a browser on the page would; `cookie` is what it holds. */
  ask(path: string, o?: Asking): Promise<Response>;
}

/** How a request is sent. */
export interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly cookie?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The address it comes from. */
  readonly peer?: string;
}

/** Settings of the site. */
export interface SiteOptions {
  readonly mode?: AccessMode;
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A site of its own. */
export async function guardedSite(o: SiteOptions = {}): Promise<GuardedSite> {
  const db = await testDatabase({ template: "access", prepare: (sql) => migrateAll(sql) });
  const directory = await Deno.makeTempDir({ prefix: "access_" });
  const said: string[] = [];
  const url = o.url ?? URL_OF_SITE;
  const access = await openAccess({
    sql: db.sql,
    mode: o.mode ?? "accounts",
    directory,
    url,
    env: (name) => o.env?.[name] ?? "",
    print: (line) => void said.push(line),
  });
  const service = new FakeService(now);
  const layout = createLayoutEngine();
  const engine = createApi(service);
  const people = createAccessApi(access);
  const api: Handler = (request) =>
    (isAccessPath(new URL(request.url).pathname) ? people : engine).fetch(request);
  const ui: Pages = createUi({
    fetch: (request) => gate.inside(api)(request),
    layout,
    cacheDir,
    now: () => now,
    runbook: () => Promise.resolve(""),
  });
  const gate = createGate({
    routes: [...engine.routes, ...people.routes, ...ui.routes],
    identify: access.identify,
    audit: access.audit,
    groupsOf: groupsBy(service),
  });
  const onError = (error: unknown) => void said.push(String(error));
  const isSecure = url.startsWith("https:");
  const handle = createFront({
    api,
    pages: ui.fetch,
    refusal: ui.refusal,
    gate,
    isSecure,
    onError,
  });
  return {
    sql: db.sql,
    service,
    said,
    handle,
    ask: async (path, a = {}) => await handle(requestOf(path, a)),
    async [Symbol.asyncDispose]() {
      layout[Symbol.dispose]();
      service.stop();
      await Deno.remove(directory, { recursive: true });
      await db[Symbol.asyncDispose]();
    },
  };
}

function requestOf(path: string, a: Asking): Request {
  const method = a.method ?? (a.body === undefined ? "GET" : "POST");
  const headers = new Headers({
    "content-type": "application/json",
    [PEER_HEADER]: a.peer ?? "127.0.0.1",
    ...(a.cookie === undefined ? {} : { cookie: a.cookie }),
    ...(a.token === undefined ? {} : { authorization: `Bearer ${a.token}` }),
    ...(method === "GET" ? {} : { origin: URL_OF_SITE, "sec-fetch-site": "same-origin" }),
    ...a.headers,
  });
  const body = a.body === undefined
    ? null
    : typeof a.body === "string"
    ? a.body
    : JSON.stringify(a.body);
  return new Request(URL_OF_SITE + path, { method, headers, body });
}

/** A password that nobody else has. */
export const PASSWORD = "correct horse battery";

/** The secret of the first link that the server printed. */
export function firstLink(site: GuardedSite): string {
  const found = site.said.map((line) => /\/welcome#([\w-]{43})$/.exec(line)?.[1]).find(Boolean);
  if (found === undefined) throw new Error(`no link in: ${site.said.join("\n")}`);
  return found;
}

/** Makes the first account, an administrator's. */
export async function firstAdmin(site: GuardedSite, email = "ada@example.org"): Promise<void> {
  const body = { token: firstLink(site), email, name: "Ada", password: PASSWORD };
  const response = await site.ask("/api/v1/access/welcome", { body });
  if (response.status !== 201) throw new Error(await response.text());
}

/** What a browser keeps of an answer. */
export const cookiesOf = (response: Response): string =>
  response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");

/** Signs in; gives the answer. */
export const signIn = (
  site: GuardedSite,
  email = "ada@example.org",
  password = PASSWORD,
  o: Asking = {},
): Promise<Response> => site.ask("/api/auth/sign-in/email", { body: { email, password }, ...o });
