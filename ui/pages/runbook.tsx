import type { JSX } from "hono/jsx/jsx-runtime";
import { Markdown } from "../parts/markdown.tsx";
import { Page, type Shell } from "../parts/page.tsx";

/** What to do about each kind of alert. */
export function Runbook(
  { shell, text }: { readonly shell: Shell; readonly text: string },
): JSX.Element {
  return (
    <Page shell={shell} title="Runbook" at="Alerts">
      <div class="page" role="region" aria-label="Runbook" tabindex={0}>
        <article class="guide">
          <Markdown text={text} />
        </article>
      </div>
    </Page>
  );
}
