import type { JSX } from "hono/jsx/jsx-runtime";
import type { Simulation } from "../client.ts";
import { Page, type Shell } from "../parts/page.tsx";
import { assetHref } from "../parts/status.tsx";
import { count, duration, many, minute, statusWords } from "../words.ts";

interface AheadProps {
  readonly shell: Shell;
  readonly simulation: Simulation;
  /** How many days were asked for. */
  readonly days: string;
  /** How many slots were wished; empty for those of the living workers. */
  readonly slots: string;
}

const CHOICES = ["1", "2", "7", "14", "31"];

/** What would happen in days that have not been yet. */
export function Ahead({ shell, simulation, days, slots }: AheadProps): JSX.Element {
  const { from, to, ticks, runs } = simulation;
  return (
    <Page shell={shell} title="Days to come" at="Automation">
      <div class="page">
        <header class="ah">
          <h1>Days to come</h1>
          <span class="grow" />
          <Choice days={days} slots={slots} />
        </header>
        <p class="dim">
          Simulated from {minute(from)} to {minute(to)} UTC, nothing was changed:{" "}
          {many(ticks.length, "tick")}, {many(runs.length, "run")}.
        </p>
        <Promises simulation={simulation} />
        <Made simulation={simulation} />
        <Waiting simulation={simulation} />
        <Assumed simulation={simulation} />
      </div>
    </Page>
  );
}

function Choice(
  { days, slots }: { readonly days: string; readonly slots: string },
): JSX.Element {
  const choices = CHOICES.includes(days) ? CHOICES : [days, ...CHOICES];
  return (
    <form method="get" action="/automation/ahead" class="filters">
      <label class="pick">
        <span>Days</span>
        <select name="days">
          {choices.map((n) => <option value={n} selected={n === days}>{n}</option>)}
        </select>
      </label>
      <label class="pick">
        <span>Slots</span>
        <input name="slots" type="number" min="1" value={slots} placeholder="as now" />
      </label>
      <button type="submit" class="btn">Simulate</button>
    </form>
  );
}

/** Freshness and deadlines that will be missed, and for which pool. */
function Promises({ simulation }: { readonly simulation: Simulation }): JSX.Element {
  const { broken, pools, to } = simulation;
  const missedFor = (b: Simulation["broken"][number]) =>
    pools.filter((p) => p.missed.some((m) => m.asset === b.asset && m.from === b.from))
      .map((p) => p.pool).join(", ");
  return (
    <section class="cardx spaced">
      <div class="ch">
        <h2>Promises</h2>
      </div>
      {broken.length === 0 ? <p class="dim">All promises will be kept.</p> : (
        <table>
          <thead>
            <tr>
              <th>Will be late</th>
              <th>From</th>
              <th>Until</th>
              <th>For pool</th>
            </tr>
          </thead>
          <tbody>
            {broken.map((b) => (
              <tr>
                <td>
                  <a href={assetHref(b.asset)}>{b.asset}</a>
                </td>
                <td>{minute(b.from)}</td>
                <td>{b.to >= to ? "the end" : minute(b.to)}</td>
                <td>{missedFor(b) || "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Runs of the same thing in a line. */
function Made({ simulation: { alike } }: { readonly simulation: Simulation }): JSX.Element {
  const took = (ms: number | null) => ms === null ? "—" : duration(ms);
  return (
    <section class="cardx spaced">
      <div class="ch">
        <h2>Runs</h2>
      </div>
      {alike.length === 0 && <p class="dim">Nothing asks for a run.</p>}
      {alike.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>Of</th>
              <th class="n">Runs</th>
              <th>Last</th>
              <th>Then</th>
              <th class="n">Takes at most</th>
              <th class="n">Waits at most</th>
            </tr>
          </thead>
          <tbody>
            {alike.map((a) => (
              <tr>
                <td>{a.title}</td>
                <td class="n">{count(a.runs)}</td>
                <td>{minute(a.lastAt)}</td>
                <td>{statusWords[a.lastState]}</td>
                <td class="n">{took(a.takesMs)}</td>
                <td class="n">{took(a.waitsMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Who waits for workers and for pools. */
function Waiting({ simulation }: { readonly simulation: Simulation }): JSX.Element {
  const queues = simulation.waiting.map((w) => ({ ...w, of: `queue ${w.queue}`, slots: null }));
  const pools = simulation.pools.map((p) => ({ ...p, of: `pool ${p.pool}` }));
  return (
    <section class="cardx spaced">
      <div class="ch">
        <h2>Waiting</h2>
      </div>
      <table>
        <thead>
          <tr>
            <th>For a slot of</th>
            <th class="n">Slots</th>
            <th class="n">Steps</th>
            <th class="n">Middle</th>
            <th class="n">Longest</th>
            <th class="n">Not begun</th>
          </tr>
        </thead>
        <tbody>
          {[...queues, ...pools].map((w) => (
            <tr>
              <td>{w.of}</td>
              <td class="n">{w.slots === null ? "—" : count(w.slots)}</td>
              <td class="n">{count(w.steps)}</td>
              <td class="n">{duration(w.p50)}</td>
              <td class="n">{duration(w.max)}</td>
              <td class="n">{count(w.left)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the simulation does not know. */
function Assumed(
  { simulation: { assumed, assumedMs } }: { readonly simulation: Simulation },
): JSX.Element {
  const never = assumed.length === 0
    ? ""
    : `Assumed ${duration(assumedMs)} for what never ran: ${assumed.slice(0, 5).join(", ")}` +
      (assumed.length > 5 ? ` and ${assumed.length - 5} more. ` : ". ");
  return (
    <p class="dim">
      {never}Sensors do not look, and every step succeeds at its first try.
    </p>
  );
}
