import { fromFileUrl, join } from "@std/path";
import { checkLabelled } from "../frame/shape.ts";
import { MissingLibraryError, NativeError } from "../native/error.ts";
import { locate, type Located } from "../native/locate.ts";
import { ParityError } from "../onnx/parity.ts";
import { paramsOf, threadsOf } from "./params.ts";
import type { Trained, TrainRequest } from "./request.ts";
import { type ChildError, type ChildEvent, pack, unpack } from "./wire.ts";

/** How to follow and end a training. */
export interface TrainOptions {
  /** Ends the training at once, by killing its process. */
  readonly signal?: AbortSignal;
  /** Told the score of each round, counted from 1. */
  readonly onRound?: (score: { readonly round: number; readonly value: number }) => void;
  /** Where the library is; without it the search of {@link locate}. */
  readonly library?: Located;
}

/**
 * Trains a model in a process of its own and proves that its ONNX form predicts the same.
 *
 * Costs the CPU of the Python library without its imports, and about 0.2 s for the process.
 *
 * @throws {MissingLibraryError} If the library is not on this machine.
 * @throws {NativeError} If the library refuses the request, or its process died.
 * @throws {ParityError} If ONNX and native differ by more than 2e-5 on any row (of values
 *   beyond 10: in proportion).
 * @throws {RangeError} If matrices, labels and names do not fit.
 * @throws The signal's reason if it was aborted.
 */
export async function train(request: TrainRequest, o: TrainOptions = {}): Promise<Trained> {
  checkRequest(request);
  const library = o.library ?? locate(request.algorithm);
  o.signal?.throwIfAborted();
  const folder = await Deno.makeTempDir({ prefix: "train-" });
  try {
    const task = {
      request,
      library: library.path,
      ...(library.version === undefined ? {} : { version: library.version }),
    };
    await Deno.writeFile(join(folder, "task.bin"), pack(task));
    await runChild(request, { ...o, folder, library });
    return unpack<Trained>(await Deno.readFile(join(folder, "trained.bin")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function checkRequest(request: TrainRequest): void {
  const { featureNames } = request;
  if (new Set(featureNames).size !== featureNames.length || featureNames.length === 0) {
    throw new RangeError(
      `Cannot train on ${featureNames.length} features: ` +
        `at least one, and distinct names are needed`,
    );
  }
  if (request.train.rows === 0 || request.valid.rows === 0) {
    throw new RangeError(
      `Cannot train on ${request.train.rows} rows and validate on ${request.valid.rows}: ` +
        `at least one of each is needed`,
    );
  }
  for (const [name, number] of [["rounds", request.rounds], ["threads", threadsOf(request)]]) {
    if (Number.isSafeInteger(number) && Number(number) >= 1) continue;
    throw new RangeError(`Cannot train with ${number} ${name}: a whole number from 1 is needed`);
  }
  checkLabelled({ rows: request.train, label: request.trainLabel }, featureNames.length);
  checkLabelled({ rows: request.valid, label: request.validLabel }, featureNames.length);
  checkFinite(request.trainLabel, "training");
  checkFinite(request.validLabel, "validation");
  paramsOf(request);
}

function checkFinite(label: Float32Array, of: string): void {
  const row = label.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return;
  throw new RangeError(`Cannot train: the label of ${of} row ${row} is ${label[row]}`);
}

interface ChildOptions extends TrainOptions {
  readonly folder: string;
  readonly library: Located;
}

async function runChild(request: TrainRequest, o: ChildOptions): Promise<void> {
  const { command, end } = childCommand(request, o);
  const child = command.spawn();
  const kill = () => child.kill(end);
  o.signal?.addEventListener("abort", kill);
  const noise = new Response(child.stderr).text();
  let last: ChildEvent | undefined;
  let isEnded = false;
  try {
    for await (const event of events(child.stdout)) {
      if (event.event === "round") o.onRound?.({ round: event.round, value: event.value });
      else last = event;
    }
    const status = await child.status;
    isEnded = true;
    if (last?.event === "done") return;
    o.signal?.throwIfAborted();
    if (last?.event === "error") throw revived(last.error);
    const how = status.signal ?? `exit code ${status.code}`;
    throw new NativeError(
      request.algorithm,
      "train",
      `its process ended by ${how}: ${(await noise).trim().slice(-2000)}`,
    );
  } finally {
    o.signal?.removeEventListener("abort", kill);
    if (!isEnded) {
      kill();
      await child.status;
    }
    await noise;
  }
}

/** A process, and the signal that ends it at once. */
interface ChildCommand {
  readonly command: Deno.Command;
  readonly end: Deno.Signal;
}

/**
 * No network, no environment: what the child may do is read, call native code, write its folder.
 */
function childCommand(request: TrainRequest, { folder, library }: ChildOptions): ChildCommand {
  const search = [library.loaderPath, Deno.env.get("LD_LIBRARY_PATH")].filter(Boolean).join(":");
  const run = ["run", "--quiet", "--no-prompt", "--cached-only"];
  const args = [
    ...[...run, "--allow-ffi", "--allow-read", `--allow-write=${folder}`],
    fromFileUrl(new URL("./child.ts", import.meta.url)),
    folder,
  ];
  // Only who may start every program may tell the loader where to look: with fewer rights another process does.
  const mayTell = search === "" ||
    Deno.permissions.querySync({ name: "run" }).state === "granted";
  const loader = fromFileUrl(new URL("./loader.ts", import.meta.url));
  const through = [...run, "--allow-run", "--allow-env", loader, search];
  const command = new Deno.Command(Deno.execPath(), {
    args: mayTell ? args : [...through, ...args],
    env: {
      LD_LIBRARY_PATH: mayTell ? search : "",
      OMP_NUM_THREADS: String(threadsOf(request)),
      // Spinning threads on busy cores made 20 small models cost 4.5 minutes; so they take 23 s.
      OMP_WAIT_POLICY: "PASSIVE",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  return { command, end: mayTell ? "SIGKILL" : "SIGTERM" };
}

async function* events(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ChildEvent> {
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    // Native code may print to the same pipe: what is no event of ours is not read.
    for (const line of lines) if (line.startsWith(`{"event":`)) yield JSON.parse(line);
  }
}

/** The error of the child as the class it was. */
function revived({ name, message, fields }: ChildError): Error {
  const classes = { NativeError, ParityError, MissingLibraryError, RangeError, TypeError };
  const known = Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : Error;
  const error: Error = Object.create(known.prototype);
  Object.defineProperty(error, "message", { value: message });
  Object.defineProperty(error, "stack", { value: `${name}: ${message}` });
  return Object.assign(error, { name }, fields);
}
