// Which assets people mean. Always over the full list of the server, never over what a page happens
// to show.

/** What is looked for; everything given must hold. */
export interface Selection {
  /**
   * Words: part of a name, `group:`, `status:`, `kind:`, `+name` with upstreams, `name+` with
   * downstreams.
   */
  readonly query: string;
  /** Any of these statuses; all if empty. */
  readonly statuses: readonly string[];
  /** This promise of freshness; any if not given. */
  readonly freshness?: string | undefined;
}

/** What can be selected from. */
export interface Selectable {
  readonly nodes: readonly {
    readonly name: string;
    readonly group: string;
    readonly kind: string;
    readonly status: string;
    readonly freshness: string;
  }[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** Names of the assets that a selection means, in the order of the graph. */
export function select(graph: Selectable, selection: Selection): readonly string[] {
  const words = selection.query.trim().toLowerCase().split(/\s+/).filter((word) => word !== "");
  const sets = words.map((word) => matches(graph, word));
  return graph.nodes.filter((node) =>
    (selection.statuses.length === 0 || selection.statuses.includes(node.status)) &&
    (selection.freshness === undefined || selection.freshness === node.freshness) &&
    sets.every((set) => set.has(node.name))
  ).map((node) => node.name);
}

/** Whether nothing was said, so that everything is meant. */
export function isEverything(selection: Selection): boolean {
  return selection.query.trim() === "" && selection.statuses.length === 0 &&
    selection.freshness === undefined;
}

function matches(graph: Selectable, word: string): ReadonlySet<string> {
  const [key, value] = word.split(":");
  if (value !== undefined) {
    const fields = ["group", "kind", "status", "freshness"] as const;
    const field = fields.find((name) => name === key);
    const found = field === undefined ? [] : graph.nodes.filter((node) => node[field] === value);
    return new Set(found.map((node) => node.name));
  }
  const part = word.replace(/^\+|\+$/g, "").replaceAll("*", "");
  const found = graph.nodes.filter((node) => node.name.toLowerCase().includes(part))
    .map((node) => node.name);
  const up = word.startsWith("+") ? reach(found, graph.edges, "to", "from") : [];
  const down = word.endsWith("+") ? reach(found, graph.edges, "from", "to") : [];
  return new Set([...found, ...up, ...down]);
}

function reach(
  start: readonly string[],
  edges: Selectable["edges"],
  from: "from" | "to",
  to: "from" | "to",
): ReadonlySet<string> {
  const next = Map.groupBy(edges, (edge) => edge[from]);
  const seen = new Set(start);
  for (const name of seen) {
    for (const edge of next.get(name) ?? []) seen.add(edge[to]);
  }
  return seen;
}
