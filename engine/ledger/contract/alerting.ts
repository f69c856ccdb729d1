/**
 * The contract on deliveries, acknowledgements and silences.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Ledger } from "../ledger.ts";
import { type Behaviour, pass } from "./subject.ts";

const open = async (ledger: Ledger, episode = "late:a") =>
  (await ledger.open({
    episode,
    kind: "late",
    severity: "error",
    asset: "a",
    run: null,
    title: "a is late",
    message: "",
  }))!;

const states = async (ledger: Ledger) =>
  (await ledger.facts("", 100)).filter((f) => f.kind === "alert")
    .map((f) => [f.state, (f.data as { by?: string } | null)?.by ?? null]);

/** Sentences on `untold()`, `acknowledge()` and `silence()`. */
export const alertingBehaviours: readonly Behaviour[] = [
  ["untold() counts failures until told() ends them", async ({ ledger }) => {
    const { id: alert } = await open(ledger);
    const at = { alert, phase: "open", channel: "mail" } as const;
    const nextAt = new Date("2025-01-27T06:00:15Z");
    await ledger.untold(at, { error: "down", nextAt: new Date("2025-01-27T06:00:00Z") });
    await ledger.untold(at, { error: "still down", nextAt });
    assertEquals(await ledger.deliveries(), [
      { ...at, sends: 0, sentAt: null, failures: 2, error: "still down", nextAt },
    ]);
    for (const sends of [1, 2]) {
      await ledger.told(alert, "open", "mail");
      const [found] = await ledger.deliveries();
      const { sentAt, ...rest } = found!;
      assert(sentAt instanceof Date);
      assertEquals(rest, { ...at, sends, failures: 0, error: null, nextAt: null });
    }
    assertEquals((await ledger.alerts(1))[0]?.openSent, ["mail"]);
  }],
  ["untold() of an alert that is not there remembers nothing", async ({ ledger }) => {
    const at = { alert: "999", phase: "open", channel: "mail" } as const;
    await ledger.untold(at, { error: "down", nextAt: new Date() });
    assertEquals(await ledger.deliveries(), []);
  }],
  ["acknowledge() remembers the first who looks after it, and when", async ({ ledger }) => {
    const { id } = await open(ledger);
    const first = await ledger.acknowledge(id, { by: "ada", note: "on it" });
    assertEquals([first?.acknowledgedBy, first?.note], ["ada", "on it"]);
    assert(first?.acknowledgedAt instanceof Date);
    const second = await ledger.acknowledge(id, { by: "bob", note: "me too" });
    assertEquals(second, first);
    assertEquals((await ledger.alerts(5))[0], first);
    assertEquals(await states(ledger), [["open", null], ["acknowledged", "ada"]]);
  }],
  ["acknowledge() refuses what is over or was never there", async ({ ledger }) => {
    const { id } = await open(ledger);
    await ledger.resolve("late:a");
    const by = { by: "ada", note: "" };
    assertEquals(await ledger.acknowledge(id, by), undefined);
    assertEquals(await ledger.acknowledge("999", by), undefined);
  }],
  ["silence() holds until its instant, or until it is ended by somebody", async (subject) => {
    const { ledger } = subject;
    const until = new Date("2999-01-01T00:00:00Z");
    const matcher = { asset: "features/*", severity: "error" };
    const made = await ledger.silence({ matcher, reason: "upgrade", by: "ada", until });
    const { id, at, ...rest } = made;
    assert(at instanceof Date);
    assertEquals(rest, { matcher, reason: "upgrade", by: "ada", until, endedBy: null });
    assertEquals(await ledger.silences(), [made]);
    await pass(subject, 20);
    assertEquals(await ledger.unsilence(id, "bob"), true);
    assertEquals(await ledger.unsilence(id, "eve"), false);
    const [ended] = await ledger.silences();
    assertEquals(ended?.endedBy, "bob");
    assert(ended!.until < until);
    assertEquals(await states(ledger), [["silenced", "ada"], ["unsilenced", "bob"]]);
  }],
];
