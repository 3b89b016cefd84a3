import type { InspectOptions } from '../../lib/verify/options.ts';
import type { InspectParts } from '../screens/inspect-screen.ts';
import { columnsOf } from '../screens/width.ts';
import { styleFor } from '../style.ts';
import { jsonText } from '../text.ts';
import type { World } from '../world.ts';
import { lookStore, parseLook } from './look.ts';

/** `inspect FILE`: prints what is in a Parquet file. @throws ImportError */
export async function inspectFile(argv: readonly string[], { stdout }: World): Promise<number> {
  const summary = 'Prints what is in a Parquet file: schema, row groups, encodings, sizes, values.';
  const asked = parseLook(argv, 'inspect', summary);
  if (asked.kind === 'help') {
    stdout.write(asked.text);
    return 0;
  }
  const { convert, command } = asked.flags;
  const { inspect } = await import('../../lib/verify/inspect.ts');
  const { rows, pages, schema, rowGroups } = convert as InspectOptions & InspectParts;
  const file = await inspect(asked.argument, {
    ...(rows !== undefined && { rows }),
    ...(pages !== undefined && { pages }),
    ...lookStore(asked),
  });
  if (command.json) {
    stdout.write(`${jsonText(file)}\n`);
    return 0;
  }
  const { inspectScreen } = await import('../screens/inspect-screen.ts');
  const parts = { ...(schema && { schema }), ...(rowGroups && { rowGroups }) };
  const style = styleFor(stdout, !command.noColor);
  stdout.write(inspectScreen(file, parts, style, columnsOf(stdout)));
  return 0;
}
