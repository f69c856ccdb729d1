import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Lock } from "../../fingerprint/lock.ts";

const file = {
  specifiers: { "npm:hono@4": "4.13.19", "npm:zod@^4": "4.6.7_peer@1.0.0" },
  npm: {
    "hono@4.13.19": { integrity: "h", dependencies: ["peer@1.0.0"] },
    "zod@4.6.7_peer@1.0.0": { integrity: "z", dependencies: ["peer"] },
    "peer@1.0.0": { integrity: "p", optionalDependencies: ["deep@2.0.0"] },
    "deep@2.0.0": { integrity: "d" },
  },
  remote: { "https://example.org/a.ts": "abc" },
} as const;

Deno.test("Lock.find() gives the locked version without peers, and the path below a package", () => {
  const lock = new Lock(file);
  assertEquals(lock.find("npm:zod@^4").own.split(" ")[0], "4.6.7");
  assertEquals(lock.find("npm:/hono@4/jsx").id, "npm:hono/jsx");
  assertEquals(lock.find("npm:/hono@4/jsx").own, lock.find("npm:hono@4").own);
  assertEquals(lock.find("https://example.org/a.ts").own, "abc");
  assertEquals(lock.find("node:fs"), { id: "node:fs", own: "node:fs" });
});

Deno.test("Lock.find() sees what is three packages below, optional ones as well", () => {
  const other = { ...file, npm: { ...file.npm, "deep@2.0.0": { integrity: "another" } } };
  for (const specifier of ["npm:hono@4", "npm:zod@^4"]) {
    assertNotEquals(new Lock(other).find(specifier).own, new Lock(file).find(specifier).own);
  }
});

Deno.test("Lock.find() warns of what is not locked and of what it cannot read", () => {
  const lock = new Lock(file);
  for (const specifier of ["npm:left-pad@1", "https://example.org/b.ts", "somewhere"]) {
    assert(lock.find(specifier).warning?.includes(`"${specifier}"`), specifier);
    assertEquals(lock.find(specifier).own, specifier);
  }
});
