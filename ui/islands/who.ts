/// <reference lib="dom" />
import { need, read } from "./dom.ts";
import { restrict } from "./may.ts";

interface Me {
  readonly kind: string;
  readonly name: string;
  readonly may: readonly string[];
}

/** Writes who is signed in into the head of the page, and closes what they may not do; nothing where nobody is asked. */
export async function showWho(): Promise<void> {
  const text = await read("/api/v1/access/me");
  if (text === undefined) return;
  const { kind, name, may } = JSON.parse(text) as Me;
  if (kind !== "person") return;
  const link = need<HTMLAnchorElement>("#who");
  link.textContent = name;
  link.hidden = false;
  restrict(may);
}
