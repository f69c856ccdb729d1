/** The keys by which connections are encrypted. @module */
import { secret } from "engine";

/** What was encrypted, and by which key. */
export interface Sealed {
  /** Id of the key, see {@linkcode KeyRing}. */
  readonly key: string;
  /** 12 bytes of nonce, then the ciphertext with its tag of 16 bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Several keys: the newest encrypts, all decrypt. The id of a key is made of the key, twelve hexadecimal digits, and
 * tells nothing of it.
 */
export interface KeyRing {
  /** Id of the key that encrypts. */
  readonly newest: string;
  /** Ids of all keys, newest first. */
  readonly ids: readonly string[];
  /** Encrypts a text by AES-256-GCM under a name: it opens under this name only. */
  seal(name: string, text: string): Promise<Sealed>;
  /** @throws {KeyError} If the key is not in the ring, or what was sealed was changed or has another name. */
  open(name: string, sealed: Sealed): Promise<string>;
}

/** Why something cannot be decrypted. */
export class KeyError extends Error {
  override readonly name = "KeyError";
  /** `kind` is what a caller may decide by: another ring may open what has an unknown key. */
  constructor(readonly kind: "unknown" | "broken", message: string) {
    super(message);
  }
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const MAKE = 'make one by "openssl rand -base64 32"';

/**
 * Reads keys, newest first, each of 32 bytes in base64, with commas or white space between. From now on they are masked
 * in logs.
 *
 * @throws {SyntaxError} Says which of them is none, and not what it is.
 */
export async function keyRing(text: string): Promise<KeyRing> {
  const texts = text.split(/[\s,]+/).filter(Boolean);
  if (texts.length === 0) throw new SyntaxError(`Cannot read AURORA_KEYS: it has no key, ${MAKE}`);
  const keys = new Map<string, CryptoKey>();
  for (const [i, one] of texts.entries()) {
    const bytes = bytesOf(one, `key ${i + 1} of ${texts.length}`);
    keys.set(
      await idOf(bytes),
      await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]),
    );
  }
  const ids = [...keys.keys()];
  const newest = ids[0]!;
  return {
    newest,
    ids,
    seal: (name, plain) => seal({ id: newest, key: keys.get(newest)! }, name, plain),
    open(name, sealed) {
      const key = keys.get(sealed.key);
      return key ? open(key, name, sealed) : Promise.reject(unknown(name, sealed.key, ids));
    },
  };
}

function bytesOf(text: string, which: string): Uint8Array<ArrayBuffer> {
  const refused = (why: string) =>
    new SyntaxError(`Cannot read AURORA_KEYS: ${which} ${why}, ${MAKE}`);
  const isUrl = /[-_]/.test(text);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(text, { alphabet: isUrl ? "base64url" : "base64" });
  } catch {
    throw refused("is not base64");
  }
  if (bytes.length !== KEY_BYTES) throw refused(`has ${bytes.length} bytes, not ${KEY_BYTES}`);
  secret(text);
  return bytes;
}

async function idOf(key: Uint8Array<ArrayBuffer>): Promise<string> {
  const prefix = new TextEncoder().encode("aurora key id\0");
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array([...prefix, ...key]));
  return new Uint8Array(digest).toHex().slice(0, 12);
}

const parameters = (name: string, iv: Uint8Array<ArrayBuffer>) => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(`aurora connection\0${name}`),
});

async function seal(
  { id, key }: { readonly id: string; readonly key: CryptoKey },
  name: string,
  text: string,
): Promise<Sealed> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const plain = new TextEncoder().encode(text);
  const cipher = await crypto.subtle.encrypt(parameters(name, nonce), key, plain);
  return { key: id, bytes: new Uint8Array([...nonce, ...new Uint8Array(cipher)]) };
}

async function open(key: CryptoKey, name: string, { bytes }: Sealed): Promise<string> {
  const nonce = new Uint8Array(bytes.subarray(0, NONCE_BYTES));
  const cipher = new Uint8Array(bytes.subarray(NONCE_BYTES));
  try {
    const plain = await crypto.subtle.decrypt(parameters(name, nonce), key, cipher);
    return new TextDecoder().decode(plain);
  } catch {
    throw new KeyError(
      "broken",
      `Cannot decrypt connection "${name}": what is kept was changed, or was encrypted under another name; ` +
        `add it again by "deno task connections add ${name} --replace"`,
    );
  }
}

function unknown(name: string, key: string, ids: readonly string[]): KeyError {
  return new KeyError(
    "unknown",
    `Cannot decrypt connection "${name}": it was encrypted by key ${key}, and AURORA_KEYS has ${
      ids.join(", ")
    } only; ` +
      `put that key behind the others`,
  );
}
