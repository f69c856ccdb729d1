import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import { Brand } from "../parts/icon.tsx";
import { Page, type Shell } from "../parts/page.tsx";

interface Shown {
  readonly shell: Shell;
}

/** Where people sign in. */
export function Login({ shell }: Shown & { readonly to?: string | undefined }): JSX.Element {
  return (
    <Bare shell={shell} title="Sign in">
      <form id="login" data-access="login">
        <Field label="E-mail" name="email" type="email" autocomplete="username" />
        <Field label="Password" name="password" type="password" autocomplete="current-password" />
        <button type="submit" class="btn primary">Sign in</button>
      </form>
      <form id="code" data-access="code" hidden>
        <p>Enter the code of your authenticator, or one of your backup codes.</p>
        <Field label="Code" name="code" type="text" autocomplete="one-time-code" />
        <button type="submit" class="btn primary">Go on</button>
      </form>
      {shell.singleSignOn === true && (
        <form data-access="sso">
          <button type="submit" class="btn">Sign in with single sign-on</button>
        </form>
      )}
    </Bare>
  );
}

/** Where a link leads by which somebody makes an account. */
export function Welcome({ shell }: Shown): JSX.Element {
  return (
    <Bare shell={shell} title="Make your account">
      <form data-access="welcome">
        <Field label="Name" name="name" type="text" autocomplete="name" />
        <Field label="E-mail" name="email" type="email" autocomplete="username" />
        <Field
          label="Password, 12 characters or more"
          name="password"
          type="password"
          autocomplete="new-password"
          least={12}
        />
        <button type="submit" class="btn primary">Make account</button>
      </form>
    </Bare>
  );
}

/** One's own account: password, second factor, end of the session. */
export function Account({ shell }: Shown): JSX.Element {
  return (
    <Page shell={shell} title="Account" scripts={["access"]}>
      <div class="page account">
        <h1>Account</h1>
        <p id="said" class="error" role="alert"></p>
        <p class="dim" id="me"></p>
        <p>
          <a href="/audit" data-needs="administer" hidden>Who did what</a>
        </p>
        <form data-access="logout">
          <button type="submit" class="btn">Sign out</button>
        </form>
        <h2>Password</h2>
        <form data-access="password">
          <Field label="Now" name="current" type="password" autocomplete="current-password" />
          <Field label="New" name="new" type="password" autocomplete="new-password" least={12} />
          <button type="submit" class="btn">Change password</button>
        </form>
        <h2>Second factor</h2>
        <p class="dim" id="factor"></p>
        <form id="enable" data-access="enable">
          <Field label="Password" name="password" type="password" autocomplete="current-password" />
          <button type="submit" class="btn">Ask for a code at sign-in</button>
        </form>
        <form id="confirm" data-access="confirm" hidden>
          <p>
            Add this key to your authenticator, <a id="uri" href="/account">by this link</a>{" "}
            if it is on this device:
          </p>
          <code id="key"></code>
          <p>Keep these codes; each replaces the authenticator once:</p>
          <code id="backup"></code>
          <Field label="Code" name="code" type="text" autocomplete="one-time-code" />
          <button type="submit" class="btn">Confirm</button>
        </form>
        <form id="disable" data-access="disable" hidden>
          <Field label="Password" name="password" type="password" autocomplete="current-password" />
          <button type="submit" class="btn">Ask for no code any more</button>
        </form>
      </div>
    </Page>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type: "text" | "email" | "password";
  readonly autocomplete: string;
  readonly least?: number;
}

function Field({ label, name, type, autocomplete, least }: FieldProps): JSX.Element {
  return (
    <label>
      {label}
      <input name={name} type={type} autocomplete={autocomplete} minlength={least} required />
    </label>
  );
}

interface BareProps extends Shown {
  readonly title: string;
  readonly children?: Child;
}

/** A page for people whom nobody knows yet: no navigation, no live connection. */
function Bare({ shell, title, children }: BareProps): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{title} · Aurora</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={`${shell.files}/app.css`} />
        <script src={`${shell.files}/theme.js`}></script>
        <script type="module" src={`${shell.files}/access.js`}></script>
      </head>
      <body>
        <main id="main" class="bare">
          <p class="brand">
            <Brand />Aurora
          </p>
          <h1>{title}</h1>
          <p id="said" class="error" role="alert"></p>
          {children}
        </main>
      </body>
    </html>
  );
}
