// deno-lint-ignore-file no-console -- what code prints is what is tested
/** Assets that say every secret they can get at, in every way. @module */
import {
  asset,
  check,
  type Connection,
  define,
  type Definitions,
  fail,
  resource,
  sensor,
} from "engine";

/** Says a connection by console, log and metadata, and throws it at last. */
const leaky = (name: string) => {
  const place = resource({
    name,
    open: (_env, connection): Promise<Connection> => connection(name),
  });
  return asset({
    name: `leaky_${name}`,
    resources: { place },
    materialize(_, { resources, log, report }): number {
      const { password, login, host, extra } = resources.place;
      const text = password ?? "";
      console.log(`got ${text}`, resources.place);
      console.error(JSON.stringify(extra));
      console.dir(resources.place);
      console.table([resources.place]);
      const bytes = new TextEncoder().encode(`wrote ${text} ${JSON.stringify(extra)}\n`);
      Deno.stdout.writeSync(bytes);
      Deno.stderr.writeSync(bytes);
      log("connected", { with: text, header: btoa(text), extra: JSON.stringify(extra) });
      report({ address: `x://${login}:${encodeURIComponent(text)}@${host}`, word: text });
      throw new Error(`refused ${text}`, { cause: new Error(JSON.stringify(extra)) });
    },
  });
};

/** The same in a process of its own, which dies of an error in a timer that nobody catches. */
const dying = (name: string) => {
  const place = resource({
    name,
    open: (_env, connection): Promise<Connection> => connection(name),
  });
  return asset({
    name: `dying_${name}`,
    resources: { place },
    timeout: "2m",
    async materialize(_, { resources }): Promise<number> {
      const text = `${resources.place.password} ${JSON.stringify(resources.place.extra)}`;
      console.log(`got ${text}`);
      Deno.stdout.writeSync(new TextEncoder().encode(`wrote ${text}\n`));
      Deno.stderr.writeSync(new TextEncoder().encode(`wrote ${text}\n`));
      setTimeout(() => {
        throw new Error(`uncaught with ${text}`);
      }, 100);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return 1;
    },
  });
};

/** An error in a timer that ends the worker itself. */
const killing = (name: string) => {
  const place = resource({
    name,
    open: (_env, connection): Promise<Connection> => connection(name),
  });
  return asset({
    name: `killing_${name}`,
    resources: { place },
    async materialize(_, { resources }): Promise<number> {
      const { password, extra } = resources.place;
      setTimeout(() => {
        throw new Error(`uncaught in the worker with ${password} ${JSON.stringify(extra)}`);
      });
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return 1;
    },
  });
};

/** Every variable on a line of its own: one line alone would be cut. */
const variables = () => Object.entries(Deno.env.toObject()).map(([k, v]) => `${k}=${v}`);

const environment = asset({
  name: "leaky_variables",
  materialize(_, { log }): number {
    for (const line of variables()) {
      console.log(line);
      log("set", { line });
    }
    throw new Error(`with ${variables().filter((v) => v.includes("planted")).join("\n")}`);
  },
});

/** In a process of its own, whose output is not that of the console alone, and which dies of an error in a timer. */
const isolated = asset({
  name: "leaky_process",
  timeout: "2m",
  async materialize(): Promise<number> {
    for (const line of variables()) console.log(line);
    const bytes = new TextEncoder().encode(`${variables().join("\n")}\n`);
    Deno.stdout.writeSync(bytes);
    Deno.stderr.writeSync(bytes);
    const planted = variables().filter((v) => v.includes("planted")).join("\n");
    setTimeout(() => {
      throw new Error(`uncaught with ${planted}`);
    }, 100);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    return 1;
  },
});

const fine = asset({
  name: "fine",
  materialize(_, { emit, report }) {
    emit({ topic: "planted.events", key: "k", payload: { rows: 1 } });
    report({
      variables: variables().filter((v) => v.includes("planted")).join("\n").slice(0, 4000),
    });
    return 1;
  },
});

const checked = check(fine, {
  name: "checked",
  severity: "error",
  run: () => fail(variables().filter((v) => v.includes("planted")).join("; ").slice(0, 4_000)),
});

/** It runs in the server. */
const sensing = sensor({
  name: "sensing",
  every: "1s",
  cursor: null,
  // deno-lint-ignore require-yield -- it never gets so far
  async *evaluate() {
    for (const line of variables()) console.log(`sensed ${line}`);
    console.error("sensed", Deno.env.toObject());
    Deno.stdout.writeSync(new TextEncoder().encode(`sensed ${variables().join("\n")}\n`));
    await Promise.resolve();
    throw new Error(`Cannot look: ${variables().filter((v) => v.includes("planted")).join("\n")}`);
  },
});

/** What exists. */
export const project: Definitions = define({
  environment,
  isolated,
  fine,
  checked,
  sensing,
  in_environment: leaky("in_environment"),
  in_file: leaky("in_file"),
  in_database: leaky("in_database"),
  in_aws: leaky("in_aws"),
  dying_in_database: dying("in_database"),
  dying_in_aws: dying("in_aws"),
  killing_in_database: killing("in_database"),
});
