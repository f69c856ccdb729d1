/** What is settled by doing it again: deadlocks, serialization, and a slice that another worker took meanwhile. */
const AGAIN = new Set(["40P01", "40001", "23505"]);
const MOST_TRIES = 10;

/** Does `work`, and again if it met another transaction in an unlucky way; `tries` counts from 0. */
export async function retried<T>(work: (tries: number) => Promise<T>): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await work(tries);
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (!AGAIN.has(code) || tries === MOST_TRIES) throw error;
    }
  }
}
