import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  complaints,
  composeComplaints,
  copiedFrom,
  dockerfileComplaints,
  filledSecrets,
  unnamedVariables,
} from "../../tasks/docker_lint.ts";

Deno.test("complaints() finds nothing in the files of this project", async () => {
  assertEquals(await complaints(fromFileUrl(new URL("../../", import.meta.url))), []);
});

Deno.test("dockerfileComplaints() names the line of an unknown instruction", () => {
  assertEquals(dockerfileComplaints("FROM debian:12\nRUNN true\n"), [
    "Dockerfile:2 Unknown instruction: RUNN",
  ]);
});

Deno.test("copiedFrom() gives what comes from the checkout, not from another stage", () => {
  const text =
    "COPY deno.json deno.lock ./\nCOPY --from=build /app /app\nCOPY --chown=a:a std std\n";
  assertEquals(copiedFrom(text), ["deno.json", "deno.lock", "std"]);
});

Deno.test("composeComplaints() refuses a word that the specification does not know", () => {
  assertEquals(composeComplaints("services: { a: { image: x } }").length, 0);
  assertEquals(composeComplaints("services: { a: { imagine: x } }").length, 1);
});

Deno.test("unnamedVariables() and filledSecrets() keep .env.example complete and empty", () => {
  assertEquals(unnamedVariables("a: ${A:?x}\nb: ${B:-}\nc: $$C", "A=\n"), ["B"]);
  assertEquals(filledSecrets("DB_PASSWORD=\nA_SECRET=''\nUSER=x\nB_PASSWORD=geheim\n"), [
    "B_PASSWORD",
  ]);
});
