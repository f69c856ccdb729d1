/** Real servers, workers and relays on one real PostgreSQL, which may be killed and come back. @module */
import { join } from "@std/path";
import { connect, type Sql } from "../../adapters/postgres/connect.ts";
import { type Embedded, startEmbedded } from "../../adapters/postgres/embedded/start.ts";
import { openLedger } from "../../adapters/postgres/ledger/ledger.ts";
import type { Ledger } from "../../engine/mod.ts";
import { migrateAll } from "../../tasks/database.ts";
import { folder } from "../e2e/demo.ts";
import { type Program, start, until } from "../e2e/program.ts";
import { freePort } from "../services/service.ts";
import { checkout } from "./checkout.ts";

/** What a process of the cluster is. */
export type Kind = "server" | "worker" | "relay";

/** A process that is started again whenever it ends. */
export interface Member {
  readonly kind: Kind;
  program: Program;
}

/** Programs and their database. */
export interface Cluster extends AsyncDisposable {
  readonly sql: Sql;
  readonly ledger: Ledger;
  readonly members: readonly Member[];
  /** File of the relays. */
  readonly sent: string;
  /** As long as this file is there, the asset "slow" runs. */
  readonly hold: string;
  /** Adds a process; `env` replaces what the others have, `via` is a command that runs it. */
  add(kind: Kind, env?: Readonly<Record<string, string>>, via?: readonly string[]): Member;
  /** Waits until all workers have joined and all servers answer. */
  ready(): Promise<void>;
  /** Kills processes at one moment and starts them again. */
  kill(...members: readonly Member[]): Promise<void>;
  /** Address of the database. */
  readonly url: string;
  /** Ends PostgreSQL as SIGQUIT or SIGKILL do, and starts it again. */
  restartPostgres(signal: Deno.Signal): Promise<void>;
}

const WORDS: Readonly<Record<Kind, readonly string[]>> = {
  server: ["server.ts", "--port", "0", "--workers", "0"],
  worker: ["worker.ts", "--slots", "3"],
  relay: [],
};

/** Starts so many of each. */
export async function cluster(many: Readonly<Record<Kind, number>>): Promise<Cluster> {
  const here = await folder();
  const options = { directory: here.path, port: freePort(), settings: SETTINGS };
  let postgres: Embedded = await startEmbedded(options);
  const sql = connect(postgres.url, { name: "test", max: 4 });
  await migrateAll(sql);
  const ledger = await openLedger(postgres.url, { max: 4 });
  await ledger.declarePools({ gpu: 2 });
  const root = await checkout(here.path);
  const [sent, hold] = [join(here.path, "sent"), join(here.path, "hold")];
  await Deno.writeTextFile(sent, "");
  const members: (Member & { readonly begin: () => Program })[] = [];
  const env = {
    ...here.env,
    DATABASE_URL: postgres.url,
    AURORA_OBJECTS: join(here.path, "objects"),
    CHAOS_HOLD: hold,
  };
  const add = (
    kind: Kind,
    own: Readonly<Record<string, string>> = {},
    via: readonly string[] = [],
  ) => {
    const begin = () =>
      kind === "relay"
        ? start(["tests/chaos/relay.ts", sent], { env: { ...env, ...own } })
        : start(WORDS[kind], { root, via, env: { ...env, ...own } });
    const member = { kind, begin, program: begin() };
    members.push(member);
    return member;
  };
  for (const kind of ["server", "worker", "relay"] as const) {
    for (let i = 0; i < many[kind]; i++) add(kind);
  }
  return {
    sql,
    ledger,
    members,
    sent,
    hold,
    add,
    url: postgres.url,
    async ready() {
      for (const { kind, program } of members) {
        if (kind === "worker") await program.said(/"joined"/);
        if (kind === "server") await program.said(/answers at/);
      }
    },
    async kill(...victims) {
      victims.forEach((v) => v.program.signal("SIGKILL"));
      await Promise.all(victims.map((v) => v.program.ended));
      for (const m of members) if (victims.includes(m)) m.program = m.begin();
    },
    async restartPostgres(signal) {
      Deno.kill(postgres.pid, signal);
      await until(() => Deno.stat(`/proc/${postgres.pid}`).then(() => false, () => true), {
        what: "PostgreSQL to end",
      });
      postgres.leave();
      postgres = await startEmbedded(options);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((m) => m.program[Symbol.asyncDispose]()));
      await ledger[Symbol.asyncDispose]();
      await sql.end({ timeout: 1 });
      await postgres.stop();
      await here[Symbol.asyncDispose]();
    },
  };
}

/** Only processes are killed, never the machine. */
// Only processes are killed, never the machine: what was handed to it is safe.
const SETTINGS = { fsync: "off", full_page_writes: "off" };
