/** Settings that differ by channel: `webhook=30m,kafka=1h`. @module */

/** The values by channel, unread. */
export const perChannel = (text: string): ReadonlyMap<string, string> =>
  new Map(
    parts(text).map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name, value] as const;
    }),
  );

const parts = (text: string) => text.split(",").map((p) => p.trim()).filter(Boolean);

/**
 * The values by channel.
 *
 * @throws {TypeError} If a channel is not set up, in words.
 */
export function ofChannels<T>(
  text: string,
  o: {
    readonly setting: string;
    /** Continues "Cannot …". */
    readonly doing: string;
    /** A part that would be right. */
    readonly example: string;
    readonly known: readonly string[];
    read(value: string): T;
  },
): ReadonlyMap<string, T> {
  return new Map([...perChannel(text)].map(([name, value]) => {
    if (o.known.includes(name)) return [name, o.read(value)] as const;
    const part = value === "" ? name : `${name}=${value}`;
    throw new TypeError(
      `Cannot ${o.doing}: ${o.setting} has "${part}", not like "${o.example}" with ` +
        (o.known.length === 0 ? "a channel that is set up" : `one of ${o.known.join(", ")}`),
    );
  }));
}
