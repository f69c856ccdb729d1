/** A fuzzer of APIs that knows only the OpenAPI document: schemathesis of PyPI. @module */
import { dirname, fromFileUrl, join } from "@std/path";
import { CACHE, isFile, provide, run } from "./provide.ts";

const VERSION = "4.32.5";
const DIR = join(CACHE, `schemathesis/${VERSION}`);
const HOOKS = fromFileUrl(new URL("./schemathesis_roles.py", import.meta.url));

/** Folder with schemathesis and what it needs, fetched from PyPI if it may be. */
export function schemathesis(): Promise<string> {
  return provide({
    what: "schemathesis",
    find: () => isFile(join(DIR, "schemathesis/__init__.py")) ? DIR : undefined,
    install: async () => {
      const partial = `${DIR}.partial`;
      const wanted = `schemathesis==${VERSION}`;
      const flags = ["-q", "--upgrade", "--target", partial];
      await run("python3", ["-m", "pip", "install", ...flags, wanted]);
      await Deno.rename(partial, DIR);
    },
  });
}

/** What is asked, as whom, and what is held to be right. */
export interface Fuzzing {
  /** Where the API answers. */
  readonly url: string;
  /** File of the OpenAPI document. */
  readonly document: string;
  readonly token: string | undefined;
  /** What each route needs: `GET /api/v1/runs/{id}` to `view`. */
  readonly needs: Readonly<Record<string, string>>;
  /** Also values that are made up at random, the same each time; takes thrice as long. */
  readonly isLong: boolean;
  /** What this role may do. */
  readonly may: readonly string[];
}

/** Asks for everything with right and wrong values; gives whether all answers were right, and the report. */
export async function fuzz(f: Fuzzing): Promise<{ readonly ok: boolean; readonly report: string }> {
  const checks = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "permission_table",
  ];
  const code = "from schemathesis.cli import schemathesis; schemathesis()";
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: [
      ...["-c", code, "run", f.document, "--url", f.url, "--checks", checks.join(",")],
      ...[
        "--phases",
        f.isLong ? "examples,coverage,fuzzing" : "examples,coverage",
        "--max-examples",
        "2",
        "--seed",
        "1",
      ],
      ...["--generation-database", "none", "--no-color", "--warnings", "off"],
      ...(f.token === undefined ? [] : ["--header", `Authorization: Bearer ${f.token}`]),
    ],
    env: {
      PYTHONPATH: await schemathesis(),
      PYTHONUTF8: "1",
      SCHEMATHESIS_HOOKS: HOOKS,
      FUZZ_NEEDS: JSON.stringify(f.needs),
      FUZZ_MAY: JSON.stringify(f.may),
      FUZZ_REFUSED: f.token === undefined ? "401" : "403",
    },
    // It writes down beside itself what it found.
    cwd: dirname(f.document),
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { ok: success, report: text.decode(stdout) + text.decode(stderr) };
}
