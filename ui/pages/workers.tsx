import type { JSX } from "hono/jsx/jsx-runtime";
import type { Pool, Worker } from "../client.ts";
import { Page, type Shell } from "../parts/page.tsx";
import { assetHref } from "../parts/status.tsx";
import { many } from "../words.ts";

interface WorkersProps {
  readonly shell: Shell;
  readonly workers: readonly Worker[];
  readonly pools: readonly Pool[];
}

/** Who works, and what they share. */
export function Workers({ shell, workers, pools }: WorkersProps): JSX.Element {
  return (
    <Page shell={shell} title="Workers" at="Workers" refresh="run step">
      <div class="page">
        <header class="ah">
          <h1>Workers</h1>
        </header>
        <section class="cardx spaced" data-region="workers">
          <div class="ch">
            <h2>Alive</h2>
            <small class="dim">{workers.length}</small>
          </div>
          <WorkerTable workers={workers} />
        </section>
        <section class="cardx" data-region="pools">
          <div class="ch">
            <h2>Pools</h2>
            <small class="dim">{pools.length}</small>
          </div>
          <PoolTable pools={pools} />
        </section>
      </div>
    </Page>
  );
}

function WorkerTable({ workers }: Pick<WorkersProps, "workers">): JSX.Element {
  if (workers.length === 0) {
    return (
      <p class="empty">
        No worker is alive: what is asked for waits. Start one by <code>deno task start</code>
      </p>
    );
  }
  return (
    <div class="scroll" role="region" aria-label="Workers" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th>Worker</th>
            <th>Where</th>
            <th>Queues</th>
            <th class="n">Running</th>
            <th>Code</th>
            <th>Since</th>
          </tr>
        </thead>
        <tbody>
          {workers.map((w) => (
            <tr>
              <td>{w.id}</td>
              <td>{w.host}:{w.pid}</td>
              <td>{w.queues.join(", ")}</td>
              <td class="n">{w.running} of {w.slots}</td>
              <td>
                <code>{w.code ?? "any"}</code>
                {w.current ? null : <span class="problem">not that of this server</span>}
              </td>
              <td>
                <time datetime={w.startedAt}>{w.startedAt.slice(0, 16).replace("T", " ")}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PoolTable({ pools }: Pick<WorkersProps, "pools">): JSX.Element {
  if (pools.length === 0) {
    return (
      <p class="empty">No pool is declared: steps are limited by the slots of workers alone</p>
    );
  }
  return (
    <div class="scroll" role="region" aria-label="Pools" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th>Pool</th>
            <th class="n">Taken</th>
            <th class="n">Waiting</th>
            <th>Taken by</th>
            <th>Slots</th>
          </tr>
        </thead>
        <tbody>
          {pools.map((p) => <PoolRow pool={p} />)}
        </tbody>
      </table>
    </div>
  );
}

function PoolRow({ pool }: { readonly pool: Pool }): JSX.Element {
  const set = pool.by === null ? "as declared" : `set by ${pool.by}, ${pool.declared} declared`;
  return (
    <tr>
      <td title={pool.description}>{pool.name}</td>
      <td class="n">{pool.taken} of {many(pool.slots, "slot")}</td>
      <td class="n">{pool.waiting}</td>
      <td>
        {pool.holders.slice(0, 5).map((h) => (
          <>
            <a href={assetHref(h.asset)}>{h.asset}</a>
            {h.partition === null ? "" : ` [${h.partition}]`} <span class="dim">({h.slots})</span>
            {" "}
          </>
        ))}
        {pool.holders.length > 5
          ? <span class="dim">and {pool.holders.length - 5} more</span>
          : null}
      </td>
      <td>
        <form class="inline" data-pool={pool.name}>
          <label>
            <span class="vh">Slots of {pool.name}</span>
            <input name="slots" type="number" min="0" value={String(pool.slots)} class="short" />
          </label>
          <button type="submit" class="btn">Set</button>
          {pool.by === null
            ? null
            : <button type="button" class="btn" data-pool-declared={pool.name}>As declared</button>}
          <small class="dim">{set}</small>
        </form>
      </td>
    </tr>
  );
}
