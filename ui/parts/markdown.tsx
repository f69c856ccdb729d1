import type { JSX } from "hono/jsx/jsx-runtime";

/**
 * The Markdown that our guides are written in: headings, paragraphs, lists, `code`, **bold** and links. Links to other
 * guides are shown as text, since pages do not have them. Everything else stays as it is written; nothing is HTML.
 */
export function Markdown({ text }: { readonly text: string }): JSX.Element {
  return <>{blocksOf(text).map(block)}</>;
}

/** Paragraphs, headings and single points of lists, each in one line. */
function blocksOf(text: string): readonly string[] {
  const blocks: string[] = [];
  let isOpen = false;
  for (const line of text.split("\n")) {
    const begins = /^(#|\d+\. |- )/.test(line);
    if (line.trim() === "") isOpen = false;
    else if (isOpen && !begins) blocks.push(`${blocks.pop()} ${line.trim()}`);
    else {
      blocks.push(line.trim());
      isOpen = !line.startsWith("#");
    }
  }
  return blocks;
}

function block(line: string): JSX.Element {
  const [, marks, heading] = /^(#+) (.*)$/.exec(line) ?? [];
  if (marks === "#") return <h1>{heading}</h1>;
  if (heading !== undefined) return <h2 id={heading.replaceAll(" ", "-")}>{heading}</h2>;
  const [, number, point] = /^(\d+\. |- )(.*)$/.exec(line) ?? [];
  if (point === undefined) return <p>{spans(line)}</p>;
  return <p class="point">{number === "- " ? "• " : number}{spans(point)}</p>;
}

/** Code, bold and links within a line. */
function spans(text: string): readonly (JSX.Element | string)[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (/^`.+`$/.test(part)) return <code>{part.slice(1, -1)}</code>;
    if (/^\*\*.+\*\*$/.test(part)) return <strong>{part.slice(2, -2)}</strong>;
    const [, words, href = ""] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part) ?? [];
    if (words === undefined) return part;
    return /^https?:/.test(href) ? <a href={href}>{words}</a> : <em>{words}</em>;
  });
}
