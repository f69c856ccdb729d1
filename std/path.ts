/** Paths of the standard library, typed. @module */
// @ts-types="./path.d.ts"
export {
  basename,
  dirname,
  fromFileUrl,
  join,
  relative,
  resolve,
  toFileUrl,
} from "npm:deno-std@1.4.0/path/mod.js";
