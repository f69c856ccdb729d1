import type { ListenTo } from "engine";
import { notifications } from "./listen.ts";

/** Listens to channels of the database at `url`, on a connection for each, made again whenever it is lost. */
export function channelsOf(url: string): ListenTo {
  return async (channel, hearing, signal) =>
    await notifications(url, {
      channels: [channel],
      handle: (_, payload) => hearing.payload(payload),
      catchUp: () => hearing.gap(),
      signal,
    });
}
