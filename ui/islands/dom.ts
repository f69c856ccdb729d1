/// <reference lib="dom" />

/** The element that must be there. */
export function need<E extends HTMLElement>(selector: string, root: ParentNode = document): E {
  const element = root.querySelector<E>(selector);
  if (element === null) throw new Error(`Cannot find element "${selector}" on this page`);
  return element;
}

/** All elements that fit. */
export function all(selector: string, root: ParentNode = document): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(selector)];
}

/** Reads a text; undefined if it was refused, or no answer came: the page is being left, or the line is cut. */
export async function read(path: string): Promise<string | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

/** Runs `act` at most once in `ms`, and once more after the last call. */
export function throttle(ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  return () => {
    if (timer !== undefined) return;
    const wait = Math.max(0, last + ms - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      last = performance.now();
      act();
    }, wait);
  };
}

/** The colour that a custom property stands for, as `rgb(…)`. */
export function colour(property: string): string {
  const probe = document.createElement("i");
  document.body.append(probe);
  probe.style.color = `var(${property})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
