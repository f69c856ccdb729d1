/** What a webhook is told, in the shape that its listener shows. @module */
import type { AlertRecord } from "engine";
import { type Notice, noticeOf, type Phase } from "./notice.ts";

/** Who listens: Slack, Microsoft Teams (a workflow with an adaptive card), or a program that reads `aurora` alone. */
export type Shape = "slack" | "teams" | "json";

/** All shapes, as settings name them. */
export const SHAPES: readonly Shape[] = ["slack", "teams", "json"];

/** What is told. */
export interface Told {
  readonly alert: AlertRecord;
  readonly phase: Phase;
  /** The episodes of a notice that is about several. */
  readonly group: readonly AlertRecord[];
  readonly baseUrl: string;
}

/** The body of a call, before it is JSON. */
export function bodyOf(shape: Shape, told: Told): { readonly [field: string]: unknown } {
  const notice = noticeOf(told.alert, told.phase, told.baseUrl);
  const aurora = fields(told, notice);
  if (shape === "json") return { aurora };
  return shape === "slack" ? { ...slack(notice), aurora } : teams(notice, told);
}

/** Slack refuses longer texts. */
const LONGEST = { header: 150, section: 3_000, card: 10_000 } as const;

const cut = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
/** The three characters that Slack reads as markup. */
const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function slack({ subject, message, times, link, runbook }: Notice) {
  const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
  return {
    text: `${escaped(subject)}\n${link}`,
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(subject, LONGEST.header) } },
      ...(message === "" ? [] : [section(cut(escaped(message), LONGEST.section))]),
      section(`${times}\n<${link}|Open in Aurora> · <${runbook}|What to do>`),
    ],
  };
}

/** A message with one adaptive card, as workflows of Teams take it. A TextBlock reads some Markdown: links are written out. */
function teams({ subject, message, times, link, runbook }: Notice, { alert, phase }: Told) {
  const text = (text: string, more = {}) => ({ type: "TextBlock", text, wrap: true, ...more });
  const color = phase === "resolved"
    ? "Good"
    : alert.severity === "warning"
    ? "Warning"
    : "Attention";
  return {
    type: "message",
    attachments: [{
      contentType: "application/vnd.microsoft.card.adaptive",
      contentUrl: null,
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [
          text(unmarked(subject), { weight: "Bolder", size: "Medium", color }),
          ...(message === "" ? [] : [text(unmarked(cut(message, LONGEST.card)))]),
          text(times, { isSubtle: true }),
        ],
        actions: [
          { type: "Action.OpenUrl", title: "Open in Aurora", url: link },
          { type: "Action.OpenUrl", title: "What to do", url: runbook },
        ],
      },
    }],
  };
}

/** What Teams would read as a link or as bold. */
const unmarked = (text: string) => text.replace(/[[\]*_]/g, (c) => `\\${c}`);

function fields({ alert, phase, group }: Told, { link, message, runbook }: Notice) {
  return {
    phase,
    id: alert.id,
    episode: alert.episode,
    kind: alert.kind,
    severity: alert.severity,
    asset: alert.asset,
    run: alert.run,
    title: alert.title,
    message,
    openedAt: alert.openedAt.toISOString(),
    resolvedAt: alert.resolvedAt?.toISOString() ?? null,
    link,
    runbook,
    ...(group.length === 0 ? {} : {
      episodes: group.map(({ id, episode, title }) => ({ id, episode, title })),
    }),
  };
}
