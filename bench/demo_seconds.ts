import { join } from "@std/path";
import { type Bench, figure, secondsOf } from "./bench.ts";
import { ROOT } from "./child.ts";
import { folder } from "./place.ts";

/** How long the demo takes from an empty directory, without downloads. */
export const bench: Bench = {
  name: "demo_seconds",
  what: "demo --once in an empty directory: 500 people, 120 days, all four jobs",
  async measure() {
    await using home = await folder();
    let text = "";
    const whole = await secondsOf(async () => {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "tasks/demo.ts", "--once", "--json"],
        cwd: ROOT,
        env: {
          AURORA_DIRECTORY: join(home.path, "aurora"),
          DATABASE_URL: "",
          REDIS_URL: "",
          KAFKA_BROKERS: "",
        },
      }).output();
      text = new TextDecoder().decode(stdout);
      if (!success) throw new Error(`Cannot measure:\n${new TextDecoder().decode(stderr)}`);
    });
    const summary = JSON.parse(text.trim().split("\n").at(-1)!) as Summary;
    const params = { users: summary.users, events: summary.events };
    return [
      figure({ name: "demo_seconds", unit: "s", params }, [whole]),
      ...Object.entries(summary.jobs).map(([job, { seconds, steps }]) =>
        figure({ name: `demo_${job}`, unit: "s", params: { steps } }, [seconds])
      ),
    ];
  },
};

/** What is read of the last line of the demo. */
interface Summary {
  readonly users: number;
  readonly events: number;
  readonly jobs: { readonly [job: string]: { readonly seconds: number; readonly steps: number } };
}
