import { ImportError } from '../../lib/errors.ts';
import { PRESETS, presetFile } from '../../lib/presets/presets.ts';
import type { World } from '../world.ts';

const HELP = `Usage: hackle-import presets [NAME]

Lists the mappings for well-known sources, or prints one as a mapping file to adapt:

  hackle-import export.zip --preset amplitude --to out
  hackle-import presets amplitude > mapping.json
  hackle-import export.zip --mapping mapping.json --to out

`;

/** `presets`, `presets NAME`: prints the list, or one as a mapping file. @throws ImportError E_USAGE */
export async function presets(argv: readonly string[], { stdout }: World): Promise<number> {
  stdout.write(presetsText(argv));
  return 0;
}

function presetsText(argv: readonly string[]): string {
  if (argv.some((word) => word === '-h' || word === '--help')) return HELP + list();
  const [name, ...more] = argv.filter(
    (word) => !['--no-color', '--debug', '--json'].includes(word),
  );
  if (more.length > 0 || name?.startsWith('-')) {
    throw new ImportError('E_USAGE', `presets: expected one name at most, got ${argv.join(' ')}`);
  }
  return name === undefined ? list() : presetFile(name);
}

function list(): string {
  const width = Math.max(...Object.keys(PRESETS).map((name) => name.length));
  const lines = Object.entries(PRESETS).map(
    ([name, { title }]) => `${name.padEnd(width)}  ${title}`,
  );
  return `${lines.join('\n')}\n`;
}
