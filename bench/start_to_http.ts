import { type Bench, figure } from "./bench.ts";
import { folder } from "./place.ts";
import { started } from "./served.ts";

const RUNS = 7;

/** How long people wait for the UI. */
export const bench: Bench = {
  name: "start_to_http",
  what:
    "server.ts with an existing data directory and a stopped PostgreSQL, to 200 on /health and on /",
  async measure() {
    await using home = await folder();
    const health: number[] = [];
    const page: number[] = [];
    // The first start makes the data directory, the second one fills the caches of Deno.
    for (let i = 0; i < RUNS + 2; i++) {
      await using server = started(home.path);
      await server.answers("/health");
      const healthAt = server.seconds();
      await server.answers("/");
      if (i < 2) continue;
      health.push(healthAt);
      page.push(server.seconds());
    }
    const params = { workers: 1 };
    return [
      figure({ name: "start_to_http", unit: "s", params }, health),
      figure({ name: "start_to_page", unit: "s", params }, page),
    ];
  },
};
