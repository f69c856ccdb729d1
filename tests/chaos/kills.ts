/** Kills at random moments. @module */
import { dice } from "../engine/ledger/dice.ts";
import { cluster, type Member } from "./cluster.ts";
import { look, lookAtEnd } from "./laws.ts";
import { load, rest } from "./load.ts";

/** What a story of kills came to. */
export interface Killed {
  readonly kills: number;
  readonly steps: number;
  readonly lost: number;
  readonly failed: number;
  readonly events: number;
  readonly seconds: number;
}

/** Kills between two looks at the laws. */
const BETWEEN_LOOKS = 20;

/**
 * Kills workers, servers and relays, alone and together, at random moments until so many were killed or the time is over,
 * starts them again each time, and looks at all laws now and then and at the end.
 */
export async function kills(o: {
  readonly seed: number;
  readonly kills: number;
  readonly endMs: number;
  print?(line: string): void;
}): Promise<Killed> {
  const began = performance.now();
  const random = dice(o.seed);
  const where = (n: number) =>
    `after ${n} kills; again by: deno task chaos --seed ${o.seed} --kills ${n}`;
  await using c = await cluster({ server: 2, worker: 3, relay: 2 });
  await c.ready();
  const loading = load(c);
  let count = 0;
  for (let next = BETWEEN_LOOKS; count < o.kills && performance.now() - began < o.endMs;) {
    await new Promise((resolve) => setTimeout(resolve, random.below(400)));
    const victims = pick(random, c.members);
    await c.kill(...victims);
    count += victims.length;
    if (count < next) continue;
    next = count + BETWEEN_LOOKS;
    await look(c.sql, where(count));
    o.print?.(`${count} killed, all laws hold`);
    // A whole crew that dies faster than it starts would prove nothing.
    await c.ready();
  }
  await loading.stop();
  await c.ready();
  await rest(c);
  await lookAtEnd(c, where(count));
  const [row] = await c.sql<Omit<Killed, "kills" | "seconds">[]>`
    select (select count(*)::int from engine.step) as steps,
      (select count(*)::int from engine.attempt where state = 'lost') as lost,
      (select count(*)::int from engine.step where state = 'failed') as failed,
      (select count(*)::int from engine.outbox) as events`;
  return { kills: count, ...row!, seconds: Math.round((performance.now() - began) / 1000) };
}

/** A worker, a server, a relay, or some of them at one moment. */
function pick(random: ReturnType<typeof dice>, members: readonly Member[]): readonly Member[] {
  const one = (kind: Member["kind"]) => random.pick(members.filter((m) => m.kind === kind));
  switch (random.below(10)) {
    case 0:
      return [one("server"), one("worker")];
    case 1:
      return members.filter((m) => m.kind === "server");
    case 2:
      return members.filter((m) => m.kind === "worker");
    case 3:
    case 4:
      return [one("server")];
    case 5:
      return [one("relay")];
    default:
      return [one("worker")];
  }
}
