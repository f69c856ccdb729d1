/** Whether a path belongs to the API; every other one is a page. */
export function isApiPath(path: string): boolean {
  return /^\/(api(\/|$)|health$|metrics$|ready$|version$|events$)/.test(path);
}
