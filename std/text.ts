/** Text distances of the standard library, typed. @module */
// @ts-types="./text.d.ts"
export { closestString, levenshteinDistance } from "npm:deno-std@1.4.0/text/mod.js";
