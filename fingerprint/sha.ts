/**
 * The one hash of fingerprints.
 *
 * @module
 */
import { hash } from "node:crypto";

/** Part of every fingerprint; fingerprints of two schemes cannot be compared. */
export const SCHEME = "fp1";

/** SHA-256 as 22 characters of base64url: 132 bits. */
export const sha = (text: string): string => hash("sha256", text, "base64url").slice(0, 22);
