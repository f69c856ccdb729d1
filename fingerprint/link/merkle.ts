/**
 * Hashes of a graph in which a node is what it says and what it refers to, never its name or place (as in Unison).
 *
 * @module
 */
import { sha } from "../sha.ts";
import type { Warning } from "../summary.ts";

/** One piece of code or data. */
export interface Node {
  /** For people: `lib/stats.ts#smooth`. It enters no hash. */
  readonly id: string;
  /** Its own content. */
  own: string;
  /** What it refers to, in order. */
  readonly refs: string[];
  /** What cannot be seen in it. */
  readonly warnings?: readonly Warning[];
}

/** Nodes by id. */
export type Nodes = ReadonlyMap<string, Node>;

/** Rounds of refinement after which a cycle is told apart from every other one met so far. */
const MOST_ROUNDS = 64;

/** The hash of every node: components one after the other, what is referred to first. */
export function merkle(nodes: Nodes): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  for (const component of components(nodes)) hashComponent(component, nodes, hashes);
  return hashes;
}

const hashOf = ({ own, refs }: Node, of: (ref: string) => string | undefined) =>
  refs.length === 0 ? own : sha(`${own}\n${refs.map(of).join("\n")}`);

/** Inside a cycle nodes are told apart by refinement, so that neither names nor order matter. */
function hashComponent(
  component: readonly string[],
  nodes: Nodes,
  hashes: Map<string, string>,
): void {
  const [only] = component;
  if (component.length === 1 && !nodes.get(only!)!.refs.includes(only!)) {
    hashes.set(only!, hashOf(nodes.get(only!)!, (ref) => hashes.get(ref)));
    return;
  }
  let current = new Map(component.map((id) => [id, ""]));
  for (let round = 0; round <= Math.min(component.length, MOST_ROUNDS); round++) {
    const before = current;
    current = new Map(component.map((id) => [
      id,
      hashOf(nodes.get(id)!, (ref) => before.get(ref) ?? hashes.get(ref)),
    ]));
  }
  for (const [id, hash] of current) hashes.set(id, hash);
}

interface Visit {
  readonly id: string;
  next: number;
}

/** Tarjan's strongly connected components; a loop, since chains of imports may be deep. */
function* components(nodes: Nodes): Generator<readonly string[]> {
  const search = new Search(nodes);
  for (const root of nodes.keys()) yield* search.from(root);
}

class Search {
  readonly #nodes: Nodes;
  readonly #number = new Map<string, number>();
  readonly #low = new Map<string, number>();
  readonly #stack: string[] = [];
  readonly #onStack = new Set<string>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  *from(root: string): Generator<readonly string[]> {
    if (this.#number.has(root)) return;
    const work = [this.#enter(root)];
    while (work.length > 0) {
      const visit = work.at(-1)!;
      const down = this.#descend(visit);
      if (down !== undefined) {
        work.push(this.#enter(down));
        continue;
      }
      work.pop();
      const up = work.at(-1)?.id;
      if (up !== undefined) this.#lower(up, this.#low.get(visit.id)!);
      if (this.#low.get(visit.id) === this.#number.get(visit.id)) yield this.#close(visit.id);
    }
  }

  #enter(id: string): Visit {
    const number = this.#number.size;
    this.#number.set(id, number);
    this.#low.set(id, number);
    this.#stack.push(id);
    this.#onStack.add(id);
    return { id, next: 0 };
  }

  #lower(id: string, to: number): void {
    if (to < this.#low.get(id)!) this.#low.set(id, to);
  }

  /** The next reference that nobody has visited. */
  #descend(visit: Visit): string | undefined {
    const { refs } = this.#nodes.get(visit.id)!;
    while (visit.next < refs.length) {
      const ref = refs[visit.next++]!;
      if (!this.#number.has(ref)) return ref;
      if (this.#onStack.has(ref)) this.#lower(visit.id, this.#number.get(ref)!);
    }
    return undefined;
  }

  #close(id: string): readonly string[] {
    const component: string[] = [];
    for (;;) {
      const last = this.#stack.pop()!;
      this.#onStack.delete(last);
      component.push(last);
      if (last === id) return component;
    }
  }
}
