/**
 * Achievements of the demo application and who has unlocked them.
 *
 * @module
 */
import { levelOf } from "../xp_curve.ts";
import type { Random } from "./random.ts";

/** A row of `achievements`. */
export interface Achievement {
  readonly id: string;
  readonly code: string;
  readonly requiredLevel: number;
  readonly requiredXp: number;
  readonly xpReward: number;
}

/** A row of `user_achievements`. */
export interface Unlocked {
  readonly userId: string;
  readonly achievementId: string;
  readonly unlockedAt: number;
}

/** A row of `user_gamification`. */
export interface Gamification {
  readonly userId: string;
  totalXp: number;
  level: number;
  readonly updatedAt: number;
}

const levels = [2, 5, 8, 10, 12, 15, 18, 20];
const points = [500, 2_500, 7_500, 15_000];

/** The level of the achievement that nobody reaches in a demo. */
export const outOfReach = 100;

/** The achievements there are, of levels and of points. */
export function drawAchievements(r: Random, at: number): Achievement[] {
  const one = (code: string, requiredLevel: number, requiredXp: number): Achievement => ({
    id: r.uuid(at),
    code,
    requiredLevel,
    requiredXp,
    xpReward: 50 * requiredLevel,
  });
  return [
    ...[...levels, outOfReach].map((n) => one(`level_${n}`, n, 0)),
    ...points.map((n) => one(`points_${n}`, 1, n)),
  ];
}

/** Achievements that somebody reaches when their points grow from `before` to `after`. */
export function reached(all: readonly Achievement[], before: number, after: number): Achievement[] {
  const has = (a: Achievement, xp: number) => levelOf(xp) >= a.requiredLevel && xp >= a.requiredXp;
  return all.filter((a) => has(a, after) && (before === 0 || !has(a, before)));
}
