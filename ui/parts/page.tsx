import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import { Brand, Icon, type IconName } from "./icon.tsx";

/** What every page is drawn with. */
export interface Shell {
  /** Where scripts and styles lie: `/static/<hash>`. */
  readonly files: string;
  /** The moment from which ages are seen. */
  readonly now: Date;
  /** Whether people may sign in elsewhere. */
  readonly singleSignOn?: boolean | undefined;
}

/** A place in the main navigation. */
export type Place =
  | "Home"
  | "Lineage"
  | "Assets"
  | "Runs"
  | "Automation"
  | "Quality"
  | "Events"
  | "Alerts"
  | "Workers"
  | "Connections";

const places: readonly (readonly [Place, string, IconName])[] = [
  ["Home", "/", "home"],
  ["Lineage", "/lineage", "lineage"],
  ["Assets", "/assets", "asset"],
  ["Runs", "/runs", "runs"],
  ["Automation", "/automation", "clock"],
  ["Quality", "/quality", "quality"],
  ["Events", "/outbox", "events"],
  ["Alerts", "/alerts", "alert"],
  ["Workers", "/workers", "workers"],
  ["Connections", "/connections", "key"],
];

interface PageProps {
  readonly shell: Shell;
  readonly title: string;
  readonly at?: Place;
  /** Islands besides the one of the shell. */
  readonly scripts?: readonly string[];
  /** Changes after which the regions of this page are read again: `asset run alert`. */
  readonly refresh?: string;
  /** Where to read them from, if not from this page. */
  readonly source?: string;
  /** Only changes of this run, or of these assets (JSON list), matter. */
  readonly about?: string;
  /** After how many ms ages are read again, though nothing happened; a minute if not given. */
  readonly every?: number;
  readonly children?: Child;
}

/**
 * A whole document: head, navigation, content. Elements with `data-region` are refreshed in place.
 */
export function Page(props: PageProps): JSX.Element {
  const { shell, title, at, scripts = [], refresh, source, about, every, children } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title} · Aurora</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={`${shell.files}/app.css`} />
        <script src={`${shell.files}/theme.js`}></script>
        {["app", ...scripts].map((name) => (
          <script type="module" src={`${shell.files}/${name}.js`}></script>
        ))}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/">
            <Brand />Aurora
          </a>
          <nav aria-label="Main">
            {places.map(([name, href, icon]) => (
              <a href={href} aria-current={name === at ? "page" : undefined}>
                <Icon name={icon} />
                {name}
              </a>
            ))}
          </nav>
          <span class="grow" />
          <span class="live" id="live" role="status" hidden>
            <i />
            <span>connecting</span>
          </span>
          <a class="who" id="who" href="/account" hidden></a>
          <button type="button" class="icon-btn" id="theme" aria-label="Switch colour theme" hidden>
            <Icon name="moon" />
          </button>
        </header>
        <main
          id="main"
          data-refresh={refresh}
          data-source={source}
          data-about={about}
          data-every={every}
        >
          {children}
        </main>
        <div id="toasts" role="status" aria-live="polite"></div>
      </body>
    </html>
  );
}
