/**
 * Reads the line of text by which assets are chosen.
 *
 * @module
 */
import { type Token, tokens } from "./tokens.ts";

/** What a line of text means. */
export type Choice =
  | { readonly is: "everything" }
  | { readonly is: "term"; readonly field: string | undefined; readonly text: string }
  | { readonly is: "walk"; readonly of: Choice; readonly up: number; readonly down: number }
  | { readonly is: "roots" | "sinks"; readonly of: Choice }
  | { readonly is: "chain"; readonly of: Choice; readonly links: readonly Link[] };

/** What is done next with what is chosen: more of it, only what is in both, or less of it. */
export interface Link {
  /** `any` joins, `all` keeps what is in both, `without` takes away. */
  readonly by: "any" | "all" | "without";
  /** With which. */
  readonly of: Choice;
}

/** Parentheses within each other above which a text is refused: nobody writes them, and reading one goes a call deeper. */
const DEEPEST = 50;
const EXAMPLE = 'a selection is like "features/* -tag:slow", "group:models & status:stale" or ' +
  '"+models/energy"';

const everything: Choice = { is: "everything" };
const chain = (of: Choice, links: readonly Link[]): Choice =>
  links.length ? { is: "chain", of, links } : of;

/** Steps to walk: absent 0, `+` all, `2+` two. */
function steps(text: string | undefined): number {
  if (text === undefined) return 0;
  const n = text.replace("+", "");
  return n === "" ? Infinity : Number(n);
}

const WALKED = /^(?<up>\d*\+)?(?<rest>.*?)(?<down>\+\d*)?$/s;
/** Values may hold a colon, names do not: `tag:team:ml`. */
const TERM = /^(?:(?<field>[a-z]+):(?!$))?(?:"(?<quoted>[^"]+)"|(?<plain>(?<=:)[^"+]+|[^"+:]+))$/;

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  /** The whole line; undefined if it says nothing. */
  line(): Choice | undefined {
    if (!this.#tokens.length) return undefined;
    const found = this.#union();
    if (this.#peek) throw this.#refusal(this.#peek);
    return found;
  }

  get #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(...texts: readonly string[]): Token | undefined {
    const token = this.#peek;
    if (!token || !texts.includes(token.text)) return undefined;
    this.#next++;
    return token;
  }

  /** What follows the last token without a space. */
  #touching(): Token | undefined {
    const before = this.#tokens[this.#next - 1];
    return before && this.#peek?.at === before.at + before.text.length ? this.#peek : undefined;
  }

  #union(): Choice {
    while (this.#take(","));
    let first: Choice | undefined;
    const links: Link[] = [];
    while (this.#peek && this.#peek.text !== ")") {
      const or = this.#take("|", "or");
      if (or && !first) throw this.#refusal(or);
      // What is taken away stands beside what it is taken from; behind an "or" it is a term like others.
      const by = !or && this.#takeMinus() ? "without" : "any";
      const of = this.#intersection();
      if (first || by === "without") links.push({ by, of });
      if (!first) first = by === "without" ? everything : of;
      while (this.#take(","));
    }
    if (!first) throw this.#refusal(this.#peek);
    return chain(first, links);
  }

  #intersection(): Choice {
    const first = this.#factor();
    const links: Link[] = [];
    while (this.#take("&", "and")) {
      const by = this.#takeMinus() ? "without" : "all";
      links.push({ by, of: this.#factor() });
    }
    return chain(first, links);
  }

  /** Whether what follows is taken away: `-x`, `not x`. */
  #takeMinus(): boolean {
    return this.#take("not", "-") !== undefined;
  }

  #factor(): Choice {
    if (this.#takeMinus()) return chain(everything, [{ by: "without", of: this.#factor() }]);
    const token = this.#peek;
    if (!token || (token.isSign && token.text !== "(")) throw this.#refusal(token);
    if (token.text === "(") return this.#walked(0, this.#parenthesis());
    this.#next++;
    return this.#touching()?.text === "(" ? this.#call(token) : this.#term(token);
  }

  #parenthesis(): Choice {
    const open = this.#take("(");
    if (++this.#depth > DEEPEST) {
      throw new SyntaxError(
        `Cannot read selection: over ${DEEPEST} parentheses stand within each other`,
      );
    }
    const found = this.#union();
    if (!this.#take(")")) throw this.#refusal(open, "a parenthesis that is not closed");
    this.#depth--;
    return found;
  }

  /** `2+(…)`, `roots(…)` and `+sinks(…)`. */
  #call(token: Token): Choice {
    const { up, name } = /^(?<up>\d*\+)?(?<name>roots|sinks)?$/.exec(token.text)?.groups ?? {};
    if (up === undefined && name === undefined) throw this.#refusal(token);
    const inner = this.#parenthesis();
    const of: Choice = name === "roots" || name === "sinks" ? { is: name, of: inner } : inner;
    return this.#walked(steps(up), of);
  }

  /** With what stands behind the parenthesis: `(…)+`, `(…)+2`. */
  #walked(up: number, of: Choice): Choice {
    const after = this.#touching();
    const isDown = after !== undefined && /^\+\d*$/.test(after.text);
    if (isDown) this.#next++;
    const down = isDown ? steps(after.text) : 0;
    return up || down ? { is: "walk", of, up, down } : of;
  }

  #term(token: Token): Choice {
    const { up, rest = "", down } = WALKED.exec(token.text)?.groups ?? {};
    const { field, quoted, plain } = TERM.exec(rest)?.groups ?? {};
    const text = quoted ?? plain;
    if (text === undefined) throw this.#refusal(token);
    const of: Choice = { is: "term", field, text };
    return up || down ? { is: "walk", of, up: steps(up), down: steps(down) } : of;
  }

  #refusal(token: Token | undefined, what?: string): SyntaxError {
    const found = token
      ? `${what ?? `"${token.text}"`} at column ${token.at + 1}`
      : "its end where a term was expected";
    return new SyntaxError(`Cannot read selection: "${this.#text}" has ${found}; ${EXAMPLE}`);
  }
}

/**
 * Reads a selection; undefined if it says nothing.
 *
 * @throws {SyntaxError} If it cannot be read, with the column.
 */
export function readSelection(text: string): Choice | undefined {
  return new Reader(text).line();
}
