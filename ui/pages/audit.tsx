import type { JSX } from "hono/jsx/jsx-runtime";
import type { AuditLine } from "../client.ts";
import { Page, type Shell } from "../parts/page.tsx";

interface AuditProps {
  readonly shell: Shell;
  readonly lines: readonly AuditLine[];
}

/** Who did what, the newest first. */
export function Audit({ shell, lines }: AuditProps): JSX.Element {
  const last = lines.at(-1);
  return (
    <Page shell={shell} title="Audit log">
      <div class="page">
        <header class="ah">
          <h1>Audit log</h1>
        </header>
        <section class="cardx" data-region="audit">
          {lines.length === 0
            ? <p class="empty">Nothing older was done</p>
            : <Lines lines={lines} />}
        </section>
        {last !== undefined && (
          <p>
            <a href={`/audit?before=${last.id}`}>Older</a>
          </p>
        )}
      </div>
    </Page>
  );
}

function Lines({ lines }: Pick<AuditProps, "lines">): JSX.Element {
  return (
    <div class="scroll" role="region" aria-label="Audit log" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th>When (UTC)</th>
            <th>Who</th>
            <th>What</th>
            <th>About</th>
            <th>Outcome</th>
            <th>From</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr>
              <td>{line.at}</td>
              <td>
                {line.who} <small class="dim">{line.kind}</small>
              </td>
              <td>{line.action}</td>
              <td>{line.target}</td>
              <td>{line.outcome} {line.detail && <small class="dim">{line.detail}</small>}</td>
              <td>{line.peer}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
