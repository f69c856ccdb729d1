/** Joins and normalises. */
export function join(...paths: string[]): string;
/** The last part. */
export function basename(path: string, suffix?: string): string;
/** All but the last part. */
export function dirname(path: string): string;
/** Makes absolute. */
export function resolve(...paths: string[]): string;
/** The way from one to the other. */
export function relative(from: string, to: string): string;
/** A file URL as a path. */
export function fromFileUrl(url: URL | string): string;
/** A path as a file URL. */
export function toFileUrl(path: string): URL;
