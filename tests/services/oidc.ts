/** A certified OpenID Connect provider in the process of the test. @module */
import { createServer } from "node:http";
import Provider from "oidc-provider";

/** A provider with one client, at which everybody gets in by naming themselves. */
export interface OidcProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs in and consents as a browser would; gives the address that it is sent back to. */
  signIn(authorization: string, login: string): Promise<string>;
}

/** Starts a provider that sends people back to `redirect`. */
export async function oidcProvider(redirect: string): Promise<OidcProvider> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
  );
  const issuer = `http://127.0.0.1:${port}`;
  const [clientId, clientSecret] = ["aurora", crypto.randomUUID()];
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirect] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true, name: id }),
    }),
  });
  server.on("request", provider.callback());
  return {
    issuer,
    clientId,
    clientSecret,
    signIn: (authorization, login) => walk(authorization, login, redirect),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Follows redirects and fills in the forms until the way leads back. */
async function walk(start: string, login: string, redirect: string): Promise<string> {
  const jar = new Map<string, string>();
  let [url, init]: [string, RequestInit] = [start, {}];
  for (let step = 0; step < 12; step++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...init.headers, cookie };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [name = "", value = ""] = set.split(";")[0]!.split("=");
      jar.set(name, value);
    }
    const text = await response.text();
    const location = response.headers.get("location");
    if (location?.startsWith(redirect)) return location;
    [url, init] = location !== null
      ? [new URL(location, url).href, {}]
      : [formOf(text), filled(text, login)];
  }
  throw new Error(`Cannot sign in at the provider: it still asks at ${url}`);
}

const formOf = (text: string): string => {
  const action = /action="([^"]+)"/.exec(text)?.[1];
  if (action === undefined) throw new Error(`Cannot sign in at the provider: ${text}`);
  return action;
};

const filled = (text: string, login: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({
    prompt: /name="prompt" value="(\w+)"/.exec(text)?.[1] ?? "",
    login,
    password: "any",
  }).toString(),
});
