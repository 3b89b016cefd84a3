import type { World } from '../world.ts';
import { parseBucketCommand } from './bucket-arguments.ts';

/** `policy URL`: prints what to grant. @throws ImportError */
export async function policy(argv: readonly string[], { stdout, stderr }: World): Promise<number> {
  const asked = parseBucketCommand(argv, {
    name: 'policy',
    summary: 'Prints what to grant: the IAM policy of S3, or the commands for Google Cloud.',
    flags: [],
  });
  if (asked.kind === 'help') {
    stdout.write(asked.text);
    return 0;
  }
  const { policyFor } = await import('../../lib/doctor/doctor.ts');
  const { json, text, notes } = policyFor(asked.argument);
  if (asked.flags.command.json) {
    stdout.write(`${JSON.stringify(json)}\n`);
    return 0;
  }
  stdout.write(text);
  // On stderr, since the document may be redirected into a file.
  stderr.write(`\n${notes.map((note) => `${note}\n`).join('')}`);
  return 0;
}
