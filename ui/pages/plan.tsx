import type { JSX } from "hono/jsx/jsx-runtime";
import type { Plan as PlanData, PlanRequest } from "../client.ts";
import { Icon } from "../parts/icon.tsx";
import { Page, type Shell } from "../parts/page.tsx";
import { assetHref } from "../parts/status.tsx";
import { count, duration, many } from "../words.ts";

interface PlanProps {
  readonly shell: Shell;
  readonly plan: PlanData;
  /** What was asked for. */
  readonly request: PlanRequest;
}

/** What would run: in which order, why, how long, and what may be stale afterwards. */
export function Plan({ shell, plan, request }: PlanProps): JSX.Element {
  const { steps, expectedMs } = plan;
  return (
    <Page shell={shell} title="Plan" at="Runs">
      <div class="page">
        <header class="ah">
          <h1>Plan</h1>
          <span class="grow" />
          <Ask request={request} />
          {steps.length > 0 && (
            <button type="button" class="btn primary" data-run-plan={JSON.stringify(request)}>
              <Icon name="play" />Run
            </button>
          )}
        </header>
        <p class="dim lead">
          {steps.length === 0
            ? "Nothing would run."
            : `${many(steps.length, "step")} would run${
              expectedMs === null ? "" : `, in about ${duration(expectedMs)}`
            }. Nothing was started.`}
        </p>
        {steps.length > 0 && <Steps plan={plan} />}
        <Afterwards plan={plan} />
      </div>
    </Page>
  );
}

function Ask({ request }: { readonly request: PlanRequest }): JSX.Element {
  return (
    <form method="get" action="/plan" class="filters" role="search">
      <label class="search">
        <Icon name="search" />
        <span class="vh">What to run; all that is stale if nothing is named</span>
        <input
          name="q"
          type="search"
          value={request.selection ?? ""}
          placeholder="all that is stale"
        />
      </label>
      <label class="pick">
        <span>Partition</span>
        <input name="partition" value={request.partitions?.[0] ?? ""} placeholder="newest" />
      </label>
      <button type="submit" class="btn">Plan</button>
    </form>
  );
}

function Steps({ plan: { steps } }: { readonly plan: PlanData }): JSX.Element {
  return (
    <section class="cardx">
      <table>
        <thead>
          <tr>
            <th>Step, in order</th>
            <th>Why</th>
            <th>After</th>
            <th class="n">Takes about</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((s) => (
            <tr>
              <td>
                <a href={assetHref(s.asset)}>{s.asset}</a> {s.partition ?? ""}
              </td>
              <td>{s.reason}</td>
              <td>
                {s.needs.length > 3 ? many(s.needs.length, "step") : s.needs.join(", ") || "—"}
              </td>
              <td class="n">{s.expectedMs === null ? "?" : duration(s.expectedMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The blast radius. */
function Afterwards({ plan: { becomesStale } }: { readonly plan: PlanData }): JSX.Element | null {
  if (becomesStale.length === 0) return null;
  return (
    <section class="cardx">
      <div class="ch">
        <h2>May be stale afterwards</h2>
        <small>{many(becomesStale.length, "asset")} downstream that the plan leaves alone</small>
      </div>
      <ul class="plain">
        {becomesStale.map((a) => (
          <li>
            <a href={assetHref(a.asset)}>{a.asset}</a>
            {a.partitions > 1 && ` (${count(a.partitions)} slices)`}
          </li>
        ))}
      </ul>
    </section>
  );
}
