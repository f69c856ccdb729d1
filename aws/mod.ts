/** Who asks AWS, for objects and secrets alike. @module */
export { keysOf } from "./from_env.ts";
export { type AwsKeys, type AwsKeySource, keysNow, NoAwsKeys, usualKeys } from "./keys.ts";
export { awsSigner, type SignerOptions } from "./signer.ts";
