/** Keeps, replaces, reads, lists, removes and sweeps objects of a folder; started with the rights of that folder alone. @module */
import { bytesOf } from "engine";
import { fileObjects } from "../../../adapters/objects/file.ts";

const objects = fileObjects(Deno.args[0]!);
await objects.put("report.txt", new Uint8Array([7]));
await objects.put("report.txt", new Uint8Array([8]));
const [byte] = await bytesOf(await objects.get("report.txt"));
const keys = (await Array.fromAsync(objects.list(""))).map(({ key }) => key);
await objects.delete("report.txt");
const swept = await objects.sweep(new Date(Date.now() + 60_000));
// deno-lint-ignore no-console
console.log(JSON.stringify({ byte, keys, swept }));
