import type { JSX } from "hono/jsx/jsx-runtime";
import type { Connection, Connections as Found } from "../client.ts";
import { Page, type Shell } from "../parts/page.tsx";
import { ago, many } from "../words.ts";

/** Reading the page again would empty a form that somebody fills: only what is done here makes it read again. */
const DAY_MS = 86_400_000;

interface ConnectionsProps {
  readonly shell: Shell;
  readonly found: Found;
}

/** Where things are and who changed that; secrets go in and never come out. */
export function Connections({ shell, found }: ConnectionsProps): JSX.Element {
  const { connections, keys, unlisted } = found;
  return (
    <Page shell={shell} title="Connections" at="Connections" every={DAY_MS}>
      <div class="page connections">
        <header class="ah">
          <h1>Connections</h1>
        </header>
        <section class="cardx spaced" data-region="connections">
          <div class="ch">
            <h2>Known</h2>
            <small class="dim">{connections.length}</small>
          </div>
          {connections.length === 0
            ? <p class="empty">No connection is in the environment, the file or the database</p>
            : connections.map((c) => <One connection={c} now={shell.now} />)}
          {unlisted.length > 0 && (
            <p class="dim">What {unlisted.join(", ")} has is asked for by name and not listed.</p>
          )}
        </section>
        <section class="cardx spaced">
          <details>
            <summary class="btn">Add a connection…</summary>
            <ConnectionForm />
          </details>
        </section>
        <section class="cardx" data-region="keys">
          <div class="ch">
            <h2>Keys</h2>
            <small class="dim">{keys.length}</small>
          </div>
          <Keys found={found} />
        </section>
      </div>
    </Page>
  );
}

function One({ connection: c, now }: { connection: Connection; now: Date }): JSX.Element {
  const place = [c.login, c.host].filter(Boolean).join(" at ");
  return (
    <article class="connection">
      <h3>{c.name}</h3>
      <p>
        <b>{c.kind ?? "unreadable"}</b> {place} <span class="dim">· {c.from}</span>
        {c.overriddenBy !== null && (
          <span class="amiss">not used: the {c.overriddenBy} has one of this name</span>
        )}
        {c.problem !== null && <span class="amiss">{c.problem}</span>}
      </p>
      {c.changedAt !== null && (
        <small class="dim">
          changed <time datetime={c.changedAt}>{ago(c.changedAt, now)}</time>
          {c.changedBy === null ? "" : ` by ${c.changedBy}`} · key <code>{c.key}</code>
        </small>
      )}
      {c.test !== null && (
        <p class="tested" data-status={c.test.reached ? "fresh" : "failed"}>
          {c.test.reached ? "Reached" : "Not reached"}{" "}
          <time datetime={c.test.at}>{ago(c.test.at, now)}</time>: {c.test.found}
        </p>
      )}
      {c.problem === null && <Acts connection={c} />}
    </article>
  );
}

function Acts(
  { connection: { name, from, overriddenBy }, connection }: { connection: Connection },
): JSX.Element {
  const label = (what: string) => `${what} ${name}`;
  return (
    <div class="acts">
      {overriddenBy === null && (
        <button
          type="button"
          class="btn sm"
          data-connection-test={name}
          aria-label={label("Test")}
        >
          Test
        </button>
      )}
      {from === "database" && (
        <>
          <details>
            <summary class="btn sm" aria-label={label("Edit")}>Edit…</summary>
            <ConnectionForm connection={connection} />
          </details>
          <details>
            <summary class="btn sm" aria-label={label("Remove")}>Remove…</summary>
            <button type="button" class="btn sm danger" data-connection-remove={name}>
              Remove {name} for good
            </button>
          </details>
        </>
      )}
    </div>
  );
}

const KINDS = ["postgres", "redis", "kafka", "http", "https", "smtp", "s3", "aws"];

/** What is left empty in the form of one that is there stays as it is. */
function ConnectionForm({ connection: c }: { connection?: Connection }): JSX.Element {
  const kept = c === undefined ? "" : "unchanged";
  return (
    <form class="fields" data-connection={c?.name ?? ""}>
      {c === undefined && (
        <label>
          Name
          <input name="name" required maxlength={200} placeholder="warehouse" />
        </label>
      )}
      <label>
        Kind
        <input name="kind" required list="kinds" value={c?.kind ?? ""} maxlength={100} />
      </label>
      <label>
        Host
        <input name="host" value={c?.host ?? ""} maxlength={1000} />
      </label>
      <label>
        Port
        <input name="port" type="number" min="1" max="65535" placeholder={kept} />
      </label>
      <label>
        Database, bucket or path
        <input name="schema" maxlength={1000} placeholder={kept} />
      </label>
      <label>
        Login
        <input name="login" value={c?.login ?? ""} maxlength={1000} autocomplete="off" />
      </label>
      <label>
        Password
        <input name="password" type="password" autocomplete="new-password" placeholder={kept} />
      </label>
      <label>
        Extras, a JSON object
        <textarea name="extra" rows={2} spellcheck={false} placeholder={kept || "{}"} />
      </label>
      {c === undefined && (
        <datalist id="kinds">
          {KINDS.map((kind) => <option value={kind} />)}
        </datalist>
      )}
      <button type="submit" class="btn primary">{c === undefined ? "Add" : "Save"}</button>
    </form>
  );
}

function Keys({ found: { keys, keysProblem } }: { found: Found }): JSX.Element {
  const older = keys.filter((key) => !key.newest && key.connections > 0);
  return (
    <>
      {keysProblem !== null && <p class="amiss">{keysProblem}</p>}
      <ul class="plain">
        {keys.map((key) => (
          <li>
            <code>{key.id}</code> encrypts {many(key.connections, "connection")}
            {key.newest && <span class="dim">· the newest, by which new ones are encrypted</span>}
            {!key.known && <span class="amiss">not in AURORA_KEYS: these do not open</span>}
          </li>
        ))}
      </ul>
      {older.length > 0 && keysProblem === null && (
        <button type="button" class="btn" data-connection-rotate="">
          Encrypt all by the newest key
        </button>
      )}
    </>
  );
}
