import {
  type ConnectionChange,
  type ConnectionChangeOptions,
  type ConnectionDesk,
  type ConnectionView,
  UnknownName,
} from "engine";

const plain = {
  kind: "postgres",
  login: "aurora",
  overriddenBy: null,
  key: null,
  changedAt: null,
  changedBy: null,
  test: null,
  problem: null,
} as const;

/** Connections of all places; remembers what a form sent. */
export class FakeConnections implements ConnectionDesk {
  /** What was asked for, with what a form sent. */
  readonly asked: (readonly [name: string, change: ConnectionChange])[] = [];
  #key = "0f0f0f0f0f0f";
  #kept: ConnectionView[];

  constructor(now: Date) {
    const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString();
    const kept = { ...plain, key: this.#key, changedAt: ago(50), changedBy: "ada@example.org" };
    this.#kept = [
      { ...plain, name: "aurora_postgres", host: "db.internal", from: "environment" },
      {
        ...plain,
        name: "broken",
        kind: null,
        host: null,
        login: null,
        from: "file",
        problem: 'Cannot read connection "broken": it has no "conn_type", such as "postgres"',
      },
      {
        ...kept,
        name: "mail",
        kind: "smtp",
        host: "smtp.example.com",
        from: "database",
        test: { at: ago(1), reached: false, found: "no answer within 10000 ms" },
      },
      {
        ...kept,
        name: "warehouse",
        host: "warehouse.example.com",
        from: "database",
        test: { at: ago(2), reached: true, found: "PostgreSQL 18.1" },
      },
    ];
  }

  list() {
    const newest = "a1b2c3d4e5f6";
    const of = (id: string) => this.#kept.filter((c) => c.key === id).length;
    return Promise.resolve({
      connections: this.#kept.toSorted((a, b) => a.name < b.name ? -1 : 1),
      keys: [
        { id: newest, known: true, newest: true, connections: of(newest) },
        { id: "0f0f0f0f0f0f", known: true, newest: false, connections: of("0f0f0f0f0f0f") },
      ],
      keysProblem: null,
      unlisted: ["AWS Secrets Manager"],
    });
  }

  change(name: string, change: ConnectionChange, { replace, by }: ConnectionChangeOptions) {
    this.asked.push([name, change]);
    const before = this.#kept.find((c) => c.name === name);
    if (replace && !before) throw new UnknownName("connection", name, undefined);
    if (!replace && before) return Promise.resolve(undefined);
    const next: ConnectionView = {
      ...plain,
      host: null,
      ...before,
      ...(change.kind === undefined ? {} : { kind: change.kind }),
      ...(change.host === undefined ? {} : { host: change.host }),
      name,
      from: "database",
      key: this.#key,
      changedAt: "2025-01-28T08:30:00.000Z",
      changedBy: by,
      test: null,
    };
    this.#kept = [...this.#kept.filter((c) => c !== before), next];
    return Promise.resolve(next);
  }

  remove(name: string): Promise<void> {
    if (!this.#kept.some((c) => c.name === name)) {
      throw new UnknownName("connection", name, undefined);
    }
    this.#kept = this.#kept.filter((c) => c.name !== name);
    return Promise.resolve();
  }

  test(name: string) {
    if (!this.#kept.some((c) => c.name === name)) {
      throw new UnknownName("connection", name, undefined);
    }
    const test = { at: "2025-01-28T08:30:00.000Z", reached: true, found: "PostgreSQL 18.1" };
    this.#kept = this.#kept.map((c) => c.name === name ? { ...c, test } : c);
    return Promise.resolve(test);
  }

  rotate() {
    const key = "a1b2c3d4e5f6";
    const rotated = this.#kept.filter((c) => c.key !== null && c.key !== key).length;
    this.#kept = this.#kept.map((c) => c.key === null ? c : { ...c, key });
    return Promise.resolve({ key, rotated, problems: [] });
  }
}
