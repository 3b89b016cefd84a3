import { z } from 'zod';
import type { ImportError } from '../errors.ts';
import { closest } from '../nearest.ts';
import { type Path, parsePath } from './path.ts';
import { type Context, problem, text } from './schema-problem.ts';

/**
 * An object with no other fields than these. For an unknown field, the message suggests the field with the most
 * similar name.
 */
export function fields<T extends z.core.$ZodLooseShape>(
  shape: T,
  expected: string,
): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return expected;
      const known = Object.keys(shape);
      return issue.keys
        .map((name) => {
          const meant = closest(name, known);
          const rest = `; the fields here are ${known.join(', ')}`;
          return `there is no field ${JSON.stringify(name)}${meant ? `, did you mean "${meant}"?` : rest}`;
        })
        .join('; ');
    },
  });
}

/** Returns the names of a path; undefined if the path is invalid, after adding the problem. */
function readPath(context: Context<string>): Path | undefined {
  try {
    return parsePath(context.value);
  } catch (error) {
    problem(context, (error as ImportError).message, (error as ImportError).hint);
    return undefined;
  }
}

/** A path that may be that of the event itself. */
export const objectPath: z.ZodString = text('the path of an object').check(
  (context) => void readPath(context),
);
/** The path of a field. */
export const fieldPath: z.ZodString = text('the path of a field').check((context) => {
  if (readPath(context)?.length !== 0) return;
  problem(
    context,
    'expected the path of a field, got the event itself',
    'Only "objects" takes the whole event, as "" or ".".',
  );
});

/** A constant string. */
export const constant: z.ZodString = z
  .string({ error: 'a string in double quotes' })
  .refine((value) => !/\p{Surrogate}/u.test(value), 'this constant is not valid Unicode text');

/** Checks that a source is either a field or a constant. */
export function exactlyOne(
  context: Context<{ path?: unknown; const?: unknown; item?: unknown; absent?: unknown }>,
): void {
  if (context.issues.length > 0) return;
  const { path, const: fixed, item, absent: texts } = context.value;
  if (fixed !== undefined && (item !== undefined || texts !== undefined)) {
    problem(context, 'a constant is never absent and has no items: expected "const" alone');
  }
  if ((path === undefined) !== (fixed === undefined)) return;
  problem(
    context,
    'expected either "path" or "const"',
    'Fall-backs are a list: ["a", {"const": "b"}].',
  );
}

const absent = z.array(constant, { error: 'a list of texts' }).optional();
const field = { path: fieldPath, item: fieldPath.optional(), absent };
const source = z.union(
  [
    fieldPath,
    fields({ ...field, path: fieldPath.optional(), const: constant.optional() }, 'an object').check(
      exactlyOne,
    ),
  ],
  { error: 'a path, {"path": "…"} or {"const": "…"}' },
);

function constantLast(context: Context<unknown[]>): void {
  context.value.forEach((one, index) => {
    if (index === context.value.length - 1) return;
    if (typeof one !== 'object' || (one as { const?: unknown }).const === undefined) return;
    problem(context, 'a constant always has a value, so it can only be last in a list', undefined, [
      index,
    ]);
  });
}

/** Sources in order of preference. */
export const sourceList: z.ZodType = z
  .array(source, { error: 'a list' })
  .min(1, 'this list is empty')
  .check(constantLast);
const sourceForm = 'a path, {"path": "…"}, {"const": "…"} or a list of them';
/** A source, or a list of them. */
export const sources: z.ZodType = z.union([source, sourceList], { error: sourceForm });

const fieldSource: z.ZodType = z.union([fieldPath, fields(field, 'an object')], {
  error: 'a path or {"path": "…"}',
});
/** Sources in order of preference, none of which is a constant. */
export const fieldSources: z.ZodType = z
  .array(fieldSource, { error: 'a list' })
  .min(1, 'this list is empty');
/** Paths of fields. */
export const paths: z.ZodArray<z.ZodString> = z.array(fieldPath, { error: 'a list of paths' });
/** What an id is derived from. */
export const derive: z.ZodType = z.union(
  [z.literal('raw'), z.array(fieldPath, { error: 'a list' }).min(1, 'this list is empty')],
  { error: '"raw" or a list of paths' },
);
