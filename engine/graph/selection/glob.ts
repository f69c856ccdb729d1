/**
 * Whether a text is like a pattern in which `*` stands for anything.
 *
 * Goes back to the last star alone, so the worst case is O(text × pattern): patterns come from the network, and a
 * regular expression of thirty stars would hold the server.
 */
export function isLike(text: string, pattern: string): boolean {
  let at = 0;
  let p = 0;
  let star = -1;
  let from = 0;
  while (at < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      from = at;
    } else if (pattern[p] === text[at]) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++from;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
