/** Where the keys are. @module */
import { KeyError, type KeyRing, keyRing, type Sealed } from "./key_ring.ts";

/** Gives keys when they are needed. */
export interface Keys {
  /** Encrypts by the newest key. */
  seal(name: string, text: string): Promise<Sealed>;
  /** Decrypts; reads the file of keys again if it meets a key that is new. */
  open(name: string, sealed: Sealed): Promise<string>;
  /** The ring as it is now. */
  ring(): Promise<KeyRing>;
}

/**
 * The keys of `AURORA_KEYS`, or of the file in `AURORA_KEYS_FILE`. A file is read again when a connection was encrypted
 * by a key that it did not have: so keys are changed while programs run.
 *
 * Nothing is read before it is needed, so a program without connections needs no keys.
 *
 * @throws {TypeError} Each function, if there are no keys.
 */
export function keysFromEnv(env: (name: string) => string): Keys {
  let ring: Promise<KeyRing> | undefined;
  const read = () => {
    const reading = readKeys(env).then(keyRing);
    reading.catch(() => ring = undefined);
    return ring = reading;
  };
  const now = () => ring ?? read();
  return {
    seal: async (name, text) => await (await read()).seal(name, text),
    async open(name, sealed) {
      try {
        return await (await now()).open(name, sealed);
      } catch (error) {
        if (!(error instanceof KeyError) || error.kind !== "unknown") throw error;
        return await (await read()).open(name, sealed);
      }
    },
    ring: read,
  };
}

async function readKeys(env: (name: string) => string): Promise<string> {
  if (env("AURORA_KEYS") !== "") return env("AURORA_KEYS");
  const file = env("AURORA_KEYS_FILE");
  if (file === "") {
    throw new TypeError(
      'Cannot use encrypted connections: neither AURORA_KEYS nor AURORA_KEYS_FILE is set; make a key by "openssl rand ' +
        '-base64 32" and keep it apart from the database',
    );
  }
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new TypeError(`Cannot read keys from "${file}", which is in AURORA_KEYS_FILE`, { cause });
  }
}
