import { z } from 'zod';

/** What zod hands to a check of a value. */
export type Context<T> = z.core.ParsePayload<T>;

/** Adds a problem to those of the value that is being checked. @param path place inside the value */
export function problem<T>(
  context: Context<T>,
  message: string,
  hint?: string,
  path: PropertyKey[] = [],
): void {
  context.issues.push({ code: 'custom', message, path, input: context.value, params: { hint } });
}

/** The message of a simple schema is what it expects. `findMappingProblems` adds what it got. */
export const text = (expected: string): z.ZodString => z.string({ error: expected });
