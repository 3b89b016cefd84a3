import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImportError } from '../errors.ts';
import type { EventTransform } from './event.ts';
import type { MakeTransformer } from './event-transformer.ts';

const HINT = 'export default (event) => event; the README has an example.';

/**
 * Loads user code: the default export of a module. Each thread loads the module itself.
 *
 * @param path absolute, or relative to the current folder
 * @throws ImportError E_USAGE if the file does not exist or does not load, or if its default export is not a
 * synchronous function
 */
export async function loadTransform(path: string): Promise<EventTransform> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new ImportError('E_USAGE', `--transform ${path}: there is no such file`, {
      hint: `Relative paths are resolved against ${process.cwd()}.`,
    });
  }
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    throw new ImportError(
      'E_USAGE',
      `--transform ${path}: cannot load the module: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: 'It must be a JavaScript module that this version of Node can run directly.', cause },
    );
  }
  return checkTransform(loaded.default, `--transform ${path}: expected its default export to be a`);
}

/**
 * Returns what applies the option `transform`, which is a function or the path of a module. The code for it is loaded
 * only if there is one.
 *
 * @throws ImportError E_USAGE
 */
export async function transformerOf(
  option: EventTransform | string | undefined,
): Promise<MakeTransformer | undefined> {
  if (option === undefined) return undefined;
  const transform =
    typeof option === 'string' ? await loadTransform(option) : checkTransform(option);
  const { EventTransformer } = await import('./event-transformer.ts');
  return (kernel, plan, options) => new EventTransformer(kernel, plan, transform, options);
}

/** Returns a value if it is a synchronous function. @throws ImportError E_USAGE for any other value */
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
