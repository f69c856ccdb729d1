import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { ROOT } from "./child.ts";

const run = async (...args: string[]) => {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`Cannot measure: "deno ${args.join(" ")}" failed`);
};

/** What `--help` costs over what Deno itself needs to start. */
export const bench: Bench = {
  name: "cli_help",
  what: "cli.ts --help, over an empty program",
  async measure() {
    const empty = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      const bare = () => secondsOf(() => run("run", "-A", empty));
      const help = () => secondsOf(() => run("run", "-A", "cli.ts", "--help"));
      await Promise.all([bare(), help()]);
      const over: number[] = [];
      const whole: number[] = [];
      await repeated(15, async () => {
        const own = await bare();
        whole.push(await help());
        over.push(Math.max(0, whole.at(-1)! - own));
      });
      return [
        figure({ name: "cli_help", unit: "s" }, over),
        figure({ name: "cli_help_whole", unit: "s" }, whole),
      ];
    } finally {
      await Deno.remove(empty);
    }
  },
};
