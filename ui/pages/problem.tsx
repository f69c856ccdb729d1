import type { JSX } from "hono/jsx/jsx-runtime";
import { Page, type Shell } from "../parts/page.tsx";

interface ProblemProps {
  readonly shell: Shell;
  readonly status: number;
  readonly message: string;
  readonly hint: string | null;
}

const TITLES: Readonly<Record<number, readonly [title: string, heading: string]>> = {
  403: ["Not allowed", "This is not for your role"],
  404: ["Not found", "There is no such page"],
};

/** Tells what could not be shown, and why. */
export function Problem({ shell, status, message, hint }: ProblemProps): JSX.Element {
  return (
    <Page shell={shell} title={TITLES[status]?.[0] ?? "Problem"}>
      <div class="page problem">
        <h1>{TITLES[status]?.[1] ?? "This did not work"}</h1>
        <p class="error">{message}</p>
        {hint !== null && <p>{hint}</p>}
        <p>
          <a class="btn" href="/">Home</a> <a class="btn" href="/assets">All assets</a>
        </p>
      </div>
    </Page>
  );
}
