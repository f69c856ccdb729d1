/// <reference lib="dom" />
// Signing in and out, second factors, and making an account by a link.
import { all, need, read } from "./dom.ts";

interface Answer {
  readonly message?: string;
  readonly hint?: string | null;
  readonly twoFactorRedirect?: boolean;
  readonly totpURI?: string;
  readonly backupCodes?: readonly string[];
  readonly url?: string;
}

async function send(path: string, body: unknown): Promise<{ ok: boolean; answer: Answer }> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({})) as Answer;
  const said = [answer.message ?? `Answer ${response.status}`, answer.hint].filter(Boolean);
  need("#said").textContent = response.ok ? "" : said.join(". ");
  return { ok: response.ok, answer };
}

const text = (data: FormData, name: string): string => String(data.get(name) ?? "");

/** Only a path of this site: anything else would lead people away after they typed a password. */
function onwards(): string {
  const to = new URLSearchParams(location.search).get("to") ?? "/";
  const url = new URL(to, location.origin);
  return url.origin === location.origin && to.startsWith("/") ? url.pathname + url.search : "/";
}

const actions: Record<string, (data: FormData) => Promise<void>> = {
  async login(data) {
    const credentials = { email: text(data, "email"), password: text(data, "password") };
    const { ok, answer } = await send("/api/auth/sign-in/email", credentials);
    if (!ok) return;
    if (!answer.twoFactorRedirect) return location.assign(onwards());
    need("#login").hidden = true;
    need("#code").hidden = false;
    need("#code input").focus();
  },
  async code(data) {
    const code = text(data, "code").trim();
    const kind = /^\d{6}$/.test(code) ? "verify-totp" : "verify-backup-code";
    if ((await send(`/api/auth/two-factor/${kind}`, { code })).ok) location.assign(onwards());
  },
  async welcome(data) {
    const token = location.hash.slice(1);
    const [email, name, password] = ["email", "name", "password"].map((of) => text(data, of));
    if (!(await send("/api/v1/access/welcome", { token, email, name, password })).ok) return;
    if ((await send("/api/auth/sign-in/email", { email, password })).ok) location.assign("/");
  },
  async enable(data) {
    const { ok, answer } = await send("/api/auth/two-factor/enable", {
      password: text(data, "password"),
    });
    if (!ok) return;
    need("#enable").hidden = true;
    need("#confirm").hidden = false;
    const uri = answer.totpURI ?? "";
    need<HTMLAnchorElement>("#uri").href = uri;
    const key = new URLSearchParams(uri.split("?")[1]).get("secret") ?? "";
    need("#key").textContent = key.replace(/(.{4})(?=.)/g, "$1 ");
    need("#backup").textContent = (answer.backupCodes ?? []).join("\n");
    need("#confirm input").focus();
  },
  async confirm(data) {
    const { ok } = await send("/api/auth/two-factor/verify-totp", { code: text(data, "code") });
    if (!ok) return;
    need("#confirm").hidden = true;
    showFactor(true);
    need("#factor").textContent = "From now on a code is asked for at sign-in";
  },
  async disable(data) {
    const { ok } = await send("/api/auth/two-factor/disable", { password: text(data, "password") });
    if (ok) showFactor(false);
  },
  async password(data) {
    const { ok } = await send("/api/auth/change-password", {
      currentPassword: text(data, "current"),
      newPassword: text(data, "new"),
      revokeOtherSessions: true,
    });
    if (ok) need("#said").textContent = "The password is changed; other sessions have ended";
  },
  async logout() {
    if ((await send("/api/auth/sign-out", {})).ok) location.assign("/login");
  },
  async sso() {
    const { ok, answer } = await send("/api/auth/sign-in/social", {
      provider: "sso",
      callbackURL: onwards(),
    });
    if (ok && answer.url !== undefined) location.assign(answer.url);
  },
};

function showFactor(isOn: boolean): void {
  need("#enable").hidden = isOn;
  need("#disable").hidden = !isOn;
  need("#factor").textContent = isOn
    ? "A code is asked for at sign-in"
    : "The password alone is enough to sign in";
}

interface Me {
  readonly name: string;
  readonly roles: readonly string[];
  readonly may: readonly string[];
}

/** Writes onto the page of the account whose it is. */
async function showAccount(): Promise<void> {
  const [me, session] = await Promise.all([
    read("/api/v1/access/me"),
    read("/api/auth/get-session"),
  ]);
  if (me === undefined || session === undefined) return;
  const { name, roles, may } = JSON.parse(me) as Me;
  need("#me").textContent = `${name}, ${roles.length === 0 ? "no role" : roles.join(", ")}`;
  for (const link of all("[data-needs]")) link.hidden = !may.includes(link.dataset.needs ?? "");
  const found = JSON.parse(session) as { user?: { twoFactorEnabled?: boolean | null } } | null;
  if (found !== null) showFactor(found.user?.twoFactorEnabled === true);
}

if (document.querySelector("#me") !== null) void showAccount();
for (const form of all("form[data-access]") as HTMLFormElement[]) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void actions[form.dataset.access ?? ""]?.(new FormData(form));
  });
}
