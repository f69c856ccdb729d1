/** Every trouble and every alert has its part of the runbook, and leads there. @module */
import { assert, assertEquals } from "@std/assert";
import { ALERT_KINDS } from "engine";
import { parse } from "yaml";

/** Of the Airflow installation that this replaces: its README promised help for them. */
const TROUBLES = [
  "Check logs",
  "Database connection failed",
  "Redis connection failed",
  "DAG not appearing",
  "Task stuck in queue",
];
const WORDS = ["Symptom.", "Look.", "Cause.", "Do."];

const read = (name: string) => Deno.readTextFile(new URL(`../${name}`, import.meta.url));

/** The parts by their heading. */
async function parts(): Promise<ReadonlyMap<string, string>> {
  const [, ...all] = (await read("docs/guide/runbook.md")).split(/^## /m);
  return new Map(all.map((part) => {
    const end = part.indexOf("\n");
    return [part.slice(0, end), part.slice(end)];
  }));
}

interface Rule {
  readonly alert: string;
  readonly annotations: Readonly<Record<string, string>>;
}

async function rules(): Promise<readonly Rule[]> {
  const { groups } = parse(await read("docker/prometheus/alerts.yaml")) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return groups.flatMap((group) => group.rules);
}

Deno.test("the runbook has a part for every trouble, kind of alert and rule, and for nothing else", async () => {
  const due = [...TROUBLES, ...ALERT_KINDS, ...(await rules()).map((rule) => rule.alert)];
  assertEquals([...(await parts()).keys()].sort(), due.sort());
});

Deno.test("each part says symptom, where to look, cause and what to do, with a command", async () => {
  const lacking = [...await parts()].flatMap(([name, text]) => {
    const lacks = WORDS.filter((word) => !text.includes(`**${word}**`));
    return [
      ...lacks.map((word) => `"${name}" lacks "${word}"`),
      ...(/`(deno task|docker|\/health|select|process_)/.test(text)
        ? []
        : [`"${name}" has no command`]),
    ];
  });
  assertEquals(lacking, []);
});

Deno.test("every rule of Prometheus links to its part", async () => {
  for (const { alert, annotations } of await rules()) {
    assertEquals(annotations["runbook_url"], `{{ $externalLabels.aurora }}/runbook#${alert}`);
  }
  for (const name of ["prometheus.yaml", "compose.yaml"]) {
    const { global } = parse(await read(`docker/prometheus/${name}`)) as {
      readonly global: { readonly external_labels?: { readonly aurora?: string } };
    };
    assert(/^(https?:|\$\{)/.test(global.external_labels?.aurora ?? ""), name);
  }
});
