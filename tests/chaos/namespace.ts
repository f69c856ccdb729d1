/** A network of its own for a process, that hangs on this one by one cable. @module */

/** A network namespace. */
export interface Namespace extends AsyncDisposable {
  /** Address of this machine as seen from there. */
  readonly host: string;
  /** The command that runs another one there. */
  readonly via: readonly string[];
  /** Pulls the cable, and plugs it in again. */
  cable(to: "down" | "up"): Promise<void>;
}

async function ip(...args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("ip", {
      args: [...args],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false; // There is no such program.
  }
}

/** A namespace of this number; undefined where the system refuses them. */
export async function namespace(number: number): Promise<Namespace | undefined> {
  const [name, here, there] = ["ns", "h", "n"].map((s) => `aur${Deno.pid % 10_000}${s}${number}`);
  const [host, guest] = [1, 2].map((n) => `10.213.${Deno.pid % 250}.${4 * number + n}`);
  const remove = async () => {
    await ip("link", "del", here!);
    await ip("netns", "del", name!);
  };
  const isMade = await ip("netns", "add", name!) &&
    await ip("link", "add", here!, "type", "veth", "peer", "name", there!, "netns", name!) &&
    await ip("addr", "add", `${host}/30`, "dev", here!) &&
    await ip("link", "set", here!, "up") &&
    await ip("-n", name!, "addr", "add", `${guest}/30`, "dev", there!) &&
    await ip("-n", name!, "link", "set", there!, "up");
  if (!isMade) {
    await remove();
    return undefined;
  }
  return {
    host: host!,
    via: ["ip", "netns", "exec", name!],
    async cable(to) {
      if (!await ip("link", "set", here!, to)) {
        throw new Error(`Cannot set the cable of ${name} ${to}`);
      }
    },
    [Symbol.asyncDispose]: remove,
  };
}
