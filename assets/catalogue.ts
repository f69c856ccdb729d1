/**
 * The words of the Aurora Life application: what a column may hold.
 *
 * @module
 */

/** Categories of events, the fixed catalogue that diversity is measured against. */
export const categories = [
  "rest",
  "work",
  "fitness",
  "social",
  "nutrition",
  "growth",
  "leisure",
  "mindfulness",
] as const;
/** One of {@linkcode categories}. */
export type Category = typeof categories[number];

/** Kinds of events with their category. */
export const eventTypes = {
  sleep: "rest",
  work: "work",
  exercise: "fitness",
  social: "social",
  meal: "nutrition",
  learning: "growth",
  leisure: "leisure",
  meditation: "mindfulness",
} as const satisfies { readonly [type: string]: Category };
/** A kind of event. */
export type EventType = keyof typeof eventTypes;

/** What people pay for. */
export const tiers = ["free", "premium", "pro"] as const;
/** One of {@linkcode tiers}. */
export type Tier = typeof tiers[number];

/** Services that data is synced from. */
export const providers = [
  "apple_health",
  "google_fit",
  "fitbit",
  "garmin",
  "oura",
  "strava",
  "whoop",
  "google_calendar",
] as const;
