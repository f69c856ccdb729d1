/** The engine as people see it, over a ledger of a test. @module */
import { createService, type Definitions, type Ledger, nextTicks, type Service } from "engine";

/** The present. */
export const now = (): Date => new Date();

/** A service whose dependencies are all well. */
export const serviceOn = (ledger: Ledger, definitions: Definitions): Service =>
  createService({
    definitions,
    ledger,
    clock: { now },
    about: {
      version: "1",
      startedAt: now().toISOString(),
      adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
    },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
  });
