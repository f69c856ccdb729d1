/** What is backed up in tests: artefacts, events, and a step that runs until a file is gone. @module */
import { artefacts, asset, define, type Definitions, pause } from "engine";
import { fileObjects } from "../../../adapters/objects/file.ts";

/** Each execution is a line outside of every database. */
const ran = (what: string) =>
  Deno.writeTextFile(Deno.env.get("BACKUP_JOURNAL")!, `${what}\n`, { append: true });

const store = () =>
  artefacts(
    fileObjects(Deno.env.get("AURORA_OBJECTS") || `${Deno.env.get("AURORA_DIRECTORY")}/objects`),
  );

const kept = asset({
  name: "kept",
  async materialize(_, { version, emit }) {
    await ran("kept");
    emit({ topic: "backup", key: "kept", payload: { version: String(version) } });
    const bytes = new TextEncoder().encode(`the bytes of version ${version}`);
    return { ...await store().put(bytes), version: String(version) };
  },
});
const slow = asset({
  name: "slow",
  async materialize(_, { version, signal, emit }) {
    await ran("slow");
    const hold = Deno.env.get("BACKUP_HOLD")!;
    while (!signal.aborted && await Deno.stat(hold).then(() => true, () => false)) {
      await pause(50, signal);
    }
    signal.throwIfAborted();
    emit({ topic: "backup", key: "slow", payload: { version: String(version) } });
    return "done";
  },
});
const after = asset({
  name: "after",
  deps: { kept, slow },
  async materialize({ kept }) {
    await ran("after");
    return new TextDecoder().decode(await store().get(kept.digest));
  },
});

/** Everything, checked. */
export const project: Definitions = define({ kept, slow, after });
