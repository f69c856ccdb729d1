/** Number of edits between two words. */
export function levenshteinDistance(a: string, b: string): number;
/** The word of the list that is nearest. Throws if the list is empty. */
export function closestString(word: string, possible: readonly string[]): string;
