/** Kills a broker and cuts its answers while events are relayed to it, and counts what became of them. @module */
import { kafkaBehind } from "./behind.ts";
import { type Client, relayBehind, type Relayed } from "./relaying.ts";

/** What is to be done. */
export interface Killing {
  readonly client: Client;
  readonly events: number;
  /** `kill -9` of the broker, evenly over the events. */
  readonly kills: number;
  /** Answers of the broker that never arrive, since their connection is reset: evenly over the events. */
  readonly cuts: number;
}

/** What was done, and what became of the events. */
export interface Counts extends Relayed {
  readonly kills: number;
  /** Connections that were reset instead of an answer. */
  readonly cuts: number;
}

/** Relays so many events from a real outbox to a real broker that is killed, and whose answers are cut, in between. */
export async function relayUnderKills(o: Killing): Promise<Counts> {
  await using behind = await kafkaBehind();
  const { kafka, proxy } = behind;
  let [kills, cuts] = [0, 0];
  let killing: Promise<void> = Promise.resolve();
  const kill = async () => {
    await kafka.kill();
    await kafka.start();
  };
  const relayed = await relayBehind(behind, {
    client: o.client,
    events: o.events,
    async onSent(sent) {
      const isDue = (done: number, of: number) =>
        done < of && sent >= (done + 1) * o.events / (of + 1);
      if (isDue(cuts, o.cuts)) {
        cuts++;
        // What is sent next is stored, and the relay does not hear of it.
        proxy.cutAfter({ bytes: 0, of: "answers", times: 1 });
      }
      if (!isDue(kills, o.kills)) return;
      kills++;
      // While the relay goes on sending; a broker that is coming up is not killed again.
      await (killing = killing.then(kill));
    },
  });
  return { kills, cuts: proxy.counts.cut, ...relayed };
}
