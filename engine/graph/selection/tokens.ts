/**
 * The words and signs of a selection.
 *
 * @module
 */

/** A word or a sign, and where it stands. */
export interface Token {
  /** As written. */
  readonly text: string;
  /** The place of its first character, from 0. */
  readonly at: number;
  /** Whether it parts or holds terms and is none itself. */
  readonly isSign: boolean;
}

/** Signs; a minus only where a word would begin; else words, in which quotes keep spaces together. */
const TOKEN =
  /(?<sign>[(),&|]|(?<![^\s(),&|])-(?=\S))|(?<word>(?:"[^"]*"|[^\s,()&|"])+)|(?<odd>\S)/g;

const WORDS = new Set(["and", "or", "not"]);

/**
 * Cuts a selection into words and signs.
 *
 * @throws {SyntaxError} If a quote is not closed.
 */
export function tokens(text: string): readonly Token[] {
  return [...text.matchAll(TOKEN)].map(({ index, groups }) => {
    const { sign, word, odd } = groups ?? {};
    if (odd !== undefined) {
      throw new SyntaxError(
        `Cannot read selection: "${text}" has a quote that is not closed at column ${index + 1}`,
      );
    }
    const found = sign ?? word ?? "";
    return { text: found, at: index, isSign: sign !== undefined || WORDS.has(found) };
  });
}
