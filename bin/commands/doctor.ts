import type { Diagnosis, Finding } from '../../lib/doctor/examination.ts';
import type { Policy } from '../../lib/doctor/policy.ts';
import { storeOptions } from '../store-options.ts';
import { printable } from '../text.ts';
import type { World } from '../world.ts';
import { parseBucketCommand } from './bucket-arguments.ts';

/** `doctor URL`: tries the permissions, and prints what is granted and what is missing. @throws ImportError */
export async function doctor(argv: readonly string[], { stdout }: World): Promise<number> {
  const asked = parseBucketCommand(argv, {
    name: 'doctor',
    summary:
      'Tries every permission that an import takes, inside the prefix, and cleans up after itself.',
    flags: ['--endpoint', '--key-file', '--region', '--path-style'],
  });
  if (asked.kind === 'help') {
    stdout.write(asked.text);
    return 0;
  }
  const { examine } = await import('../../lib/doctor/doctor.ts');
  const diagnosis = await examine(asked.url, storeOptions(asked.flags.convert, asked.url));
  const { json } = asked.flags.command;
  stdout.write(json ? `${JSON.stringify(diagnosis)}\n` : diagnosisText(diagnosis));
  return diagnosis.ok ? 0 : 1;
}

const OUTCOMES = {
  granted: 'ok',
  unneeded: 'not needed',
  missing: 'MISSING',
  unknown: 'unknown',
} as const;

function rowOf({ outcome, permission, purpose, optional }: Finding, width: number): string {
  const why = outcome === 'unneeded' && optional !== undefined ? optional : purpose;
  return `  ${OUTCOMES[outcome].padEnd(10)} ${permission.padEnd(width)}  ${why}`;
}

function diagnosisText(diagnosis: Diagnosis): string {
  const { url, credentials, clockAhead, findings, notes, leftovers, grant } = diagnosis;
  const width = Math.max(...findings.map(({ permission }) => permission.length));
  const rows = findings.map((finding) => rowOf(finding, width));
  return [
    `${printable(url)}`,
    `  credentials  ${printable(credentials)}`,
    `  clock        ${clockText(clockAhead)}`,
    '',
    ...rows,
    '',
    ...(grant === undefined
      ? ['Every permission that an import takes is granted.']
      : missingText(diagnosis, grant)),
    '',
    ...leftovers.map((text) => `Left behind: ${printable(text)}`),
    ...notes.filter((note) => !grant?.notes.includes(note)),
    '',
  ].join('\n');
}

function missingText({ findings }: Diagnosis, { text, notes }: Policy): string[] {
  const named = findings.filter(({ outcome }) => outcome === 'missing');
  const names = named.map(({ permission }) => permission).join(', ');
  return [
    `Not granted: ${names}. What an import takes, in full:`,
    '',
    text,
    ...notes.map((note) => `  ${note}`),
  ];
}

function clockText(ahead: number | undefined): string {
  if (ahead === undefined) return 'unknown: no answer gave the time';
  if (Math.abs(ahead) <= 2) return "as the server's";
  return `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} the server's`;
}
