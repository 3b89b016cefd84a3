import fc from 'fast-check';

/** The seed of random tests: `npm test` always tries the same cases, a campaign chooses its own and prints it. */
export const SEED: number = Number(process.env.HACKLE_SEED ?? 1);
fc.configureGlobal({ seed: SEED });

/** How many times as many rounds as `npm test` has. */
const FACTOR = Number(process.env.HACKLE_ROUNDS ?? 1);

/** How often a test tries: `count` in `npm test`, more in a campaign. */
export function rounds(count: number): number {
  return Math.ceil(count * FACTOR);
}
