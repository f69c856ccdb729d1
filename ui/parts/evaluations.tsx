import type { JSX } from "hono/jsx/jsx-runtime";
import type { Evaluations as EvaluationsData } from "../client.ts";
import { ago, count } from "../words.ts";
import { runHref } from "./status.tsx";

type Evaluation = EvaluationsData["evaluations"][number];

interface EvaluationsProps {
  readonly found: EvaluationsData;
  /** The instant of the page. */
  readonly now: Date;
}

/** What the condition of an asset finds now, and found when it asked; nothing without a condition. */
export function Evaluations({ found, now }: EvaluationsProps): JSX.Element | null {
  if (found.condition === null) return null;
  return (
    <div class="cardx">
      <details class="more">
        <summary>Automation</summary>
        <p class="dim">{found.condition}</p>
        <div class="scroll tall" role="region" aria-label="Automation" tabindex={0}>
          <table>
            <thead>
              <tr>
                <th>When</th>
                <th>Partition</th>
                <th>Asked</th>
                <th>Why</th>
              </tr>
            </thead>
            <tbody>{found.evaluations.map((one) => <Row one={one} now={now} />)}</tbody>
          </table>
        </div>
        {found.leftOut > 0 && (
          <p class="dim">{count(found.leftOut)} further requests were not kept one by one</p>
        )}
      </details>
    </div>
  );
}

function Row({ one, now }: { readonly one: Evaluation; readonly now: Date }): JSX.Element {
  return (
    <tr>
      <td class="nowrap">{one.now ? "now" : ago(one.at, now)}</td>
      <td>{one.partition ?? "—"}</td>
      <td class="nowrap">
        {one.run === null
          ? one.requested ? "yes" : "no"
          : <a href={runHref(one.run)}>run {one.run}</a>}
      </td>
      <td>
        {one.reason}
        {one.now && (
          <ul class="plain">
            {one.operands.map((o) => (
              <li>
                <code>{String(o.holds)}</code> {o.text}
              </li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}
