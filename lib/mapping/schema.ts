import { z } from 'zod';
import type { ImportError } from '../errors.ts';
import { closest } from '../nearest.ts';
import { FORMAT_NAMES } from '../parse/formats.ts';
import { type Path, parsePath } from './path.ts';
import { type Context, problem, text } from './schema-problem.ts';
import { timeFormat, timezone } from './schema-time.ts';

/**
 * An object with no other fields than these. For an unknown field, the message suggests the field with the most
 * similar name.
 */
function fields<T extends z.core.$ZodLooseShape>(shape: T, expected: string) {
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

const objectPath = text('the path of an object').check((context) => void readPath(context));
const fieldPath = text('the path of a field').check((context) => {
  if (readPath(context)?.length !== 0) return;
  problem(
    context,
    'expected the path of a field, got the event itself',
    'Only "objects" takes the whole event, as "" or ".".',
  );
});

const constant = z
  .string({ error: 'a string in double quotes' })
  .refine((value) => !/\p{Surrogate}/u.test(value), 'this constant is not valid Unicode text');

function exactlyOne(context: Context<{ path?: unknown; const?: unknown }>): void {
  if (context.issues.length > 0) return;
  const { path, const: fixed } = context.value;
  if ((path === undefined) !== (fixed === undefined)) return;
  problem(
    context,
    'expected either "path" or "const"',
    'Fall-backs are a list: ["a", {"const": "b"}].',
  );
}

const source = z.union(
  [
    fieldPath,
    fields({ path: fieldPath.optional(), const: constant.optional() }, 'an object').check(
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

const sourceList = z
  .array(source, { error: 'a list' })
  .min(1, 'this list is empty')
  .check(constantLast);
const sourceForm = 'a path, {"path": "…"}, {"const": "…"} or a list of them';
const sources = z.union([source, sourceList], { error: sourceForm });

const onlyPath = fields({ path: fieldPath }, 'an object');
const idSource = z.union([fieldPath, onlyPath], { error: 'a path or {"path": "…"}' });
const idSources = z.array(idSource, { error: 'a list' }).min(1, 'this list is empty');
const derive = z.union(
  [z.literal('raw'), z.array(fieldPath, { error: 'a list' }).min(1, 'this list is empty')],
  { error: '"raw" or a list of paths' },
);
const keyName = constant.refine((name) => name !== '' && name !== '__proto__', {
  error: 'expected the name of a key',
});
const insertId = z.union(
  [
    fieldPath,
    idSources,
    fields(
      {
        path: z.union([fieldPath, idSources], { error: 'a path or a list of paths' }).optional(),
        derive: derive.optional(),
        name: constant.optional(),
        fromId: z.boolean({ error: 'true or false' }).optional(),
        keep: keyName.optional(),
      },
      'an object',
    ).check((context) => {
      if (context.issues.length > 0) return;
      const { path, derive: from } = context.value as { path?: unknown; derive?: unknown };
      if (path === undefined && from === undefined)
        problem(context, 'expected "path", "derive" or both');
    }),
  ],
  { error: 'a path, a list of paths or {"path": …, "derive": …}' },
);

/** A format says what all times are, so that there is no number with a unit. */
function formatOrUnit(
  context: Context<{ format?: unknown; unit?: unknown; epochs?: unknown }>,
): void {
  const { format, unit, epochs } = context.value;
  if (format === undefined || (unit === undefined && epochs === undefined)) return;
  problem(context, 'expected either "format", or "unit" and "epochs" of numbers');
}

const ts = z.union(
  [
    fieldPath,
    sourceList,
    fields(
      {
        path: sources.optional(),
        const: constant.optional(),
        unit: z
          .enum(['auto', 's', 'ms', 'us', 'ns', 'date'], {
            error: '"auto", "s", "ms", "us", "ns" or "date"',
          })
          .optional(),
        format: timeFormat.optional(),
        timezone: timezone.optional(),
        ambiguous: z
          .enum(['reject', 'earlier', 'later'], { error: '"reject", "earlier" or "later"' })
          .optional(),
        time: fieldPath.optional(),
        epochs: z.enum(['utc', 'local'], { error: '"utc" or "local"' }).optional(),
      },
      'an object',
    )
      .check(exactlyOne)
      .check(formatOrUnit),
  ],
  { error: 'a path, a list of paths or {"path": …, "unit": …, "timezone": …}' },
);

/**
 * The numbers that `metric_value` accepts: those of JSON, and also a plus sign, or digits on one side of the point
 * only.
 */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const metricValue = sources.check((context) => {
  const list = Array.isArray(context.value) ? context.value : [context.value];
  const last: unknown = list.at(-1);
  if (typeof last !== 'object' || last === null || !('const' in last)) return;
  const { const: fixed } = last as { const?: string };
  if (fixed === undefined || NUMBER.test(fixed)) return;
  problem(context, `expected a number as the constant, got ${JSON.stringify(fixed)}`);
});

/** Checks that the keys of a map differ in lower case too. */
function differentKeys(context: Context<Record<string, unknown>>): void {
  const seen = new Map<string, string>();
  for (const name of Object.keys(context.value)) {
    const lower = name.toLowerCase();
    const other = seen.get(lower);
    if (name === '') problem(context, 'a key needs a name', undefined, [name]);
    else if (other !== undefined) {
      problem(
        context,
        `this key and ${JSON.stringify(other)} are the same, because keys are stored in lower case`,
        'For fall-backs give one key a list of sources.',
        [name],
      );
    }
    seen.set(lower, name);
  }
}

const keys = z
  .record(z.string(), sources, { error: 'an object of keys and their sources' })
  .check(differentKeys);

const defaults = z
  .record(
    z.string(),
    constant.refine((value) => value !== '', { error: 'expected a non-empty string' }),
    { error: 'an object of keys and constant strings' },
  )
  .check(differentKeys);

const paths = z.array(fieldPath, { error: 'a list of paths' });
const pairs = fields(
  {
    path: fieldPath,
    key: fieldPath.optional(),
    value: z
      .union([fieldPath, paths.min(1, 'this list is empty')], {
        error: 'a path or a list of paths',
      })
      .optional(),
    only: z.array(constant, { error: 'a list of keys' }).optional(),
  },
  'an object',
);

const mapObject = fields(
  {
    objects: z.array(objectPath, { error: 'a list of paths' }).optional(),
    keys: keys.optional(),
    rest: z.boolean({ error: 'true or false' }).optional(),
    exclude: paths.optional(),
    flatten: z.boolean({ error: 'true or false' }).optional(),
    pairs: z.array(pairs, { error: 'a list of {"path": …, "key": …, "value": …}' }).optional(),
    defaults: defaults.optional(),
  },
  'an object',
).check((context) => {
  const { objects, exclude } = context.value as { objects?: string[]; exclude?: string[] };
  const barred = (exclude ?? []).map(parsePath);
  objects?.forEach((object, index) => {
    const path = parsePath(object);
    const by = barred.findIndex((other) => other.every((name, i) => path[i] === name));
    if (by < 0) return;
    problem(
      context,
      `exclude ${JSON.stringify(exclude?.[by])} of the same map leaves nothing of this object`,
      'Remove one of the two.',
      ['objects', index],
    );
  });
});
const map = z.union([objectPath, mapObject], {
  error:
    'the path of an object, or {"objects": …, "keys": …, "rest": …, "exclude": …, "flatten": …}',
});

const input = fields(
  {
    format: z.enum(FORMAT_NAMES, { error: `one of ${FORMAT_NAMES.join(', ')}` }).optional(),
    jsonPath: fieldPath.optional(),
    columns: z.array(text('the name of a column'), { error: 'a list of names' }).optional(),
    delimiter: text('one character').optional(),
    quote: text('one character, or "" for none').optional(),
    comment: text('one character, or "" for none').optional(),
  },
  'an object',
);

/**
 * The shape of a mapping. All columns are optional here: required.ts checks those that the vendor requires, with
 * better messages.
 */
export const mappingSchema: z.ZodType = fields(
  {
    insert_id: insertId.optional(),
    event_key: sources.optional(),
    ts: ts.optional(),
    metric_value: metricValue.optional(),
    identifiers: map.optional(),
    event_properties: map.optional(),
    user_properties: map.optional(),
    platform_properties: map.optional(),
    parse: paths.optional(),
    only: z
      .record(
        fieldPath,
        z.array(constant, { error: 'a list of strings' }).min(1, 'this list is empty'),
        { error: 'an object of paths and lists of strings' },
      )
      .optional(),
    about: z
      .union([z.string(), z.array(z.string())], { error: 'a string or a list of strings' })
      .optional(),
    input: input.optional(),
  },
  'an object of columns and their sources',
);
