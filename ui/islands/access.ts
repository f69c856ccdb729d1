/// <reference lib="dom" />
// Signing in and out, second factors, and making an account by a link.
import { all, need } from "./dom.ts";

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
    need("#uri").textContent = answer.totpURI ?? "";
    need("#backup").textContent = (answer.backupCodes ?? []).join("  ");
  },
  async confirm(data) {
    const { ok } = await send("/api/auth/two-factor/verify-totp", { code: text(data, "code") });
    if (ok) need("#said").textContent = "From now on a code is asked for at sign-in";
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

for (const form of all("form[data-access]") as HTMLFormElement[]) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void actions[form.dataset.access ?? ""]?.(new FormData(form));
  });
}
