/** Statements as spans: by their names, never with values. @module */
import { type ForeignCall, type Tracing, troubleOf } from "engine";
import type { Sql } from "./connect.ts";
import { statementName } from "./statement_name.ts";

/** A query of the driver; what is used here is its own, and none of its types tells of it. */
interface Query extends Promise<unknown> {
  readonly strings: readonly string[];
  readonly executed: boolean;
  handle(): Promise<void>;
  resolve(found: unknown): void;
  reject(error: unknown): void;
  /** Is given rows, if there is a cursor. */
  cursorFn?: (rows: unknown) => unknown;
}

const called = new WeakMap<readonly string[], ForeignCall>();

/** The texts of a template are the same array each time. */
function callOf(strings: readonly string[]): ForeignCall {
  const known = called.get(strings);
  if (known) return known;
  const name = statementName(strings.join(" ? "));
  const operation = name.split(" ")[0]!;
  const attributes = { "db.system.name": "postgresql", "db.operation.name": operation };
  const call: ForeignCall = { name, kind: "client", attributes };
  called.set(strings, call);
  return call;
}

/**
 * A pool whose statements are spans below what is being done, from the moment they are given to the driver: waiting for
 * a connection counts. Those of a transaction are too. Of a cursor, and of COPY, it ends with the first rows.
 */
export function tracedSql<T extends object>(sql: T, recorder: Tracing): T {
  return new Proxy(sql, {
    apply: (target, self, args) =>
      watched(Reflect.apply(target as (...args: unknown[]) => unknown, self, args), recorder),
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      const call = (args: unknown[]): unknown => Reflect.apply(member, target, args);
      switch (key) {
        case "unsafe":
          return (...args: unknown[]) => watched(call(args), recorder);
        case "begin":
        case "savepoint":
          return (...args: unknown[]) => call(args.map((arg) => inside(arg, recorder)));
        case "reserve":
          return async () => tracedSql(await call([]) as Sql, recorder);
        default:
          return member;
      }
    },
  });
}

/** The work of a transaction is handed one that is traced. */
function inside(arg: unknown, recorder: Tracing): unknown {
  if (typeof arg !== "function") return arg;
  return (sql: Sql) => arg(tracedSql(sql, recorder));
}

/** Begins a span when the query is given to the driver; what only becomes part of another one never is. */
function watched(made: unknown, recorder: Tracing): unknown {
  if (!(made instanceof Promise)) return made;
  const query = made as Query;
  const handle = query.handle.bind(query);
  query.handle = () => {
    if (!query.executed) begin(query, recorder);
    return handle();
  };
  return query;
}

function begin(query: Query, recorder: Tracing): void {
  const span = recorder.begin(callOf(query.strings));
  if (!span) return;
  const { resolve, reject, cursorFn } = query;
  query.resolve = (found) => {
    span.end();
    resolve.call(query, found);
  };
  query.reject = (error) => {
    span.end(troubleOf(error));
    reject.call(query, error);
  };
  if (!cursorFn) return;
  query.cursorFn = (rows) => {
    span.end();
    return cursorFn(rows);
  };
}
