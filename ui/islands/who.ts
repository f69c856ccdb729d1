/// <reference lib="dom" />
import { need } from "./dom.ts";

/** Writes who is signed in into the head of the page; nothing where nobody is asked. */
export async function showWho(): Promise<void> {
  const response = await fetch("/api/v1/access/me");
  if (!response.ok) return;
  const { kind, name } = await response.json() as { kind: string; name: string };
  if (kind !== "person") return;
  const link = need<HTMLAnchorElement>("#who");
  link.textContent = name;
  link.hidden = false;
}
