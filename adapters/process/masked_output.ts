/** What a process says past its console, without secrets. @module */
import { masked } from "engine";
import { writeNow } from "./log_line.ts";
import { maskConsole } from "./masked_console.ts";

/** Something that bytes are written to. */
export interface Output {
  /** Gives how many were taken. */
  writeSync(bytes: Uint8Array): number;
}

/** Output and error of the process as they were. */
export interface RawOutput {
  readonly stdout: Output;
  readonly stderr: Output;
}

/**
 * Masks what code prints, or writes to `Deno.stdout` and `Deno.stderr` itself, and errors that nobody catches, which end the process
 * as ever: only here are the secrets known that this process resolved, whoever reads its output may not know them. Gives
 * the outputs for what is masked already. What native code prints is not seen.
 */
export function maskOutput(): RawOutput {
  maskConsole();
  const raw = { stdout: maskWrites(Deno.stdout), stderr: maskWrites(Deno.stderr) };
  const end = (event: Event, thrown: unknown, where: string) => {
    event.preventDefault();
    const said = thrown instanceof Error ? thrown.stack ?? String(thrown) : String(thrown);
    writeNow(raw.stderr, masked(`error: Uncaught ${where}${said}\n`));
    Deno.exit(1);
  };
  addEventListener("error", (event) => end(event, event.error, ""));
  addEventListener("unhandledrejection", (event) => end(event, event.reason, "(in promise) "));
  return raw;
}

function maskWrites(to: typeof Deno.stdout): Output {
  const [writeSync, write] = [to.writeSync.bind(to), to.write.bind(to)];
  const raw = { writeSync };
  to.writeSync = (bytes) => {
    const instead = withoutSecrets(bytes);
    if (instead === undefined) return writeSync(bytes);
    writeNow(raw, instead);
    return bytes.length;
  };
  to.write = async (bytes) => {
    const instead = withoutSecrets(bytes);
    if (instead === undefined) return await write(bytes);
    writeNow(raw, instead);
    return bytes.length;
  };
  return raw;
}

/** The text to write instead; undefined if there is nothing to mask, so that bytes which are no text stay what they are. */
function withoutSecrets(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  const instead = masked(text);
  return instead === text ? undefined : instead;
}
