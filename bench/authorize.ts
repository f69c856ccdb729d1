/** What it costs to find out what a request needs and whether somebody may do it. @module */
import { BUILT_IN_ROLES, type Principal } from "engine";
import { createGate } from "../api/mod.ts";
import { type Bench, figure } from "./bench.ts";

const ASKED = 20_000;

/** Finds the declaration of a request and judges it for somebody with a role of their own. */
export const bench: Bench = {
  name: "authorize",
  what: "a request to its declared need and a decision, without asking who it is",
  async measure() {
    const roles = [
      ...BUILT_IN_ROLES,
      { name: "own", permissions: ["trigger"], groups: ["a"] } as const,
    ];
    const who: Principal = { kind: "person", id: "1", name: "Ada", roles };
    const gate = createGate({
      routes: [],
      identify: () => Promise.resolve(who),
      audit: () => Promise.resolve(),
      groupsOf: () => Promise.resolve(["a"]),
    });
    const request = new Request("http://localhost/api/v1/runs/17/logs");
    const samples: number[] = [];
    for (let round = 0; round < 6; round++) {
      const began = performance.now();
      for (let i = 0; i < ASKED; i++) await gate.judge(request, gate.needs(request), who);
      samples.push((performance.now() - began) / ASKED);
    }
    return [figure({ name: "authorize", unit: "ms", params: { asked: ASKED } }, samples.slice(1))];
  },
};
