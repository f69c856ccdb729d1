// From the graph of assets to boxes and curves. Pure but for the engine that is handed in: graphviz
// runs in a worker.

/** What a layout is made of. */
export interface Graph {
  readonly nodes: readonly { readonly name: string; readonly group: string }[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** A rectangle, px. */
export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/**
 * Where everything lies, px from the upper left corner. A collapsed group is a node `group:<name>`.
 */
export interface Layout {
  readonly w: number;
  readonly h: number;
  readonly nodes: readonly Box[];
  readonly groups: readonly Box[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly path: string }[];
}

/** Size of a node, px. */
export const nodeSize = { w: 228, h: 62 } as const;
/** Size of a collapsed group, px. */
export const groupSize = { w: 232, h: 88 } as const;

const margin = 24;

/**
 * The graph as one sees it: members of collapsed groups are one node, edges between them are one
 * edge.
 */
export function project(graph: Graph, collapsed: ReadonlySet<string>): Graph {
  const shown = new Map<string, { name: string; group: string }>();
  const standsFor = new Map<string, string>();
  for (const { name, group } of graph.nodes) {
    const id = collapsed.has(group) ? `group:${group}` : name;
    standsFor.set(name, id);
    shown.set(id, { name: id, group });
  }
  const edges = new Map<string, { from: string; to: string }>();
  for (const edge of graph.edges) {
    const from = standsFor.get(edge.from);
    const to = standsFor.get(edge.to);
    if (from !== undefined && to !== undefined && from !== to) {
      edges.set(JSON.stringify([from, to]), { from, to });
    }
  }
  return { nodes: [...shown.values()], edges: [...edges.values()] };
}

/** The projected graph in graphviz' language, from left to right, one cluster a group. */
export function toDot(graph: Graph): string {
  const lines = [
    "rankdir=LR;splines=spline;nodesep=0.2;ranksep=0.5;margin=0",
    'node[shape=box,fixedsize=true,label=""];edge[arrowhead=none]',
  ];
  const groups = Map.groupBy(graph.nodes, (node) => node.group);
  for (const [group, nodes] of groups) {
    const body = nodes.map(({ name }) => {
      const { w, h } = name.startsWith("group:") ? groupSize : nodeSize;
      return `${JSON.stringify(name)}[width=${w / 72},height=${h / 72}]`;
    }).join(";");
    const single = nodes.length === 1 && nodes[0]?.name.startsWith("group:");
    const cluster = `subgraph ${JSON.stringify(`cluster_${group}`)}`;
    lines.push(single ? body : `${cluster}{margin=18;label="X";labeljust=l;fontsize=16;${body}}`);
  }
  for (const { from, to } of graph.edges) {
    lines.push(`${JSON.stringify(from)}:e->${JSON.stringify(to)}:w`);
  }
  return `digraph{${lines.join(";\n")}}`;
}

interface DotAnswer {
  readonly bb: string;
  readonly objects?: readonly {
    readonly name: string;
    readonly bb?: string;
    readonly pos?: string;
  }[];
  readonly edges?: readonly {
    readonly tail: number;
    readonly head: number;
    readonly pos: string;
  }[];
}

/** Reads what graphviz answered: its origin is below, ours is above. */
export function fromDot(text: string): Layout {
  const answer = JSON.parse(text) as DotAnswer;
  const objects = answer.objects ?? [];
  const [, , w = 0, h = 0] = numbers(answer.bb);
  const at = (x: number, y: number) => ({ x: round(x + margin), y: round(h - y + margin) });
  const nodes: Box[] = [];
  const groups: Box[] = [];
  for (const { name, bb, pos } of objects) {
    if (bb !== undefined) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = numbers(bb);
      groups.push({ id: name.slice(8), ...at(x0, y1), w: round(x1 - x0), h: round(y1 - y0) });
    } else {
      const [x = 0, y = 0] = numbers(pos ?? "0,0");
      const size = name.startsWith("group:") ? groupSize : nodeSize;
      nodes.push({ id: name, ...at(x - size.w / 2, y + size.h / 2), ...size });
    }
  }
  const edges = (answer.edges ?? []).map(({ tail, head, pos }) => {
    const points = pos.split(" ").filter((point) => !/^[se],/.test(point)).map((point) => {
      const [x = 0, y = 0] = numbers(point);
      const p = at(x, y);
      return `${p.x},${p.y}`;
    });
    const path = `M${points[0]}C${points.slice(1).join(" ")}`;
    return { from: objects[tail]?.name ?? "", to: objects[head]?.name ?? "", path };
  });
  return { w: Math.ceil(w + 2 * margin), h: Math.ceil(h + 2 * margin), nodes, groups, edges };
}

function numbers(text: string): number[] {
  return text.split(",").map(Number);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
