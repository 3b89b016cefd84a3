import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImportError } from '../errors.ts';
import type { EventTransform } from './event.ts';

const HINT = 'export default (event) => event; the README has an example.';

/**
 * User code from a module's default export; `path` is relative to the current folder. Each thread loads
 * the module for itself.
 *
 * @throws ImportError E_USAGE where there is no such file, it fails to load, or its default export is no
 * synchronous function
 */
export async function loadTransform(path: string): Promise<EventTransform> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new ImportError('E_USAGE', `--transform ${path}: there is no such file`, {
      hint: `Relative paths begin at ${process.cwd()}.`,
    });
  }
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    throw new ImportError(
      'E_USAGE',
      `--transform ${path}: the module does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: 'It has to be a JavaScript module that this version of Node runs as it is.', cause },
    );
  }
  return checkTransform(loaded.default, `--transform ${path}: expected its default export to be a`);
}

/** The transform that an option gives: a function, or the path of a module. */
export async function transformOf(
  option: EventTransform | string | undefined,
): Promise<EventTransform | undefined> {
  if (option === undefined) return undefined;
  return typeof option === 'string' ? loadTransform(option) : checkTransform(option);
}

/** A function given in code, or loaded. @throws ImportError E_USAGE where it is none, or an async one */
export function checkTransform(value: unknown, expected = 'transform: expected a'): EventTransform {
  if (typeof value !== 'function') {
    throw new ImportError(
      'E_USAGE',
      `${expected} function, got ${value === null ? 'null' : typeof value}`,
      { hint: HINT },
    );
  }
  if (/^Async|Generator/.test(value.constructor.name)) {
    throw new ImportError(
      'E_USAGE',
      `${expected} plain synchronous function, got ${value.constructor.name}`,
      { hint: HINT },
    );
  }
  return value as EventTransform;
}
