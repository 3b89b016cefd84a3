import type { Diagnosis, Finding } from '../../lib/doctor/examination.ts';
import type { Policy } from '../../lib/doctor/policy.ts';
import { optionRows } from '../../lib/options/rows.ts';
import { STORE } from '../../lib/options/table.ts';
import { storeOptions } from '../store-options.ts';
import { printable } from '../text.ts';
import type { World } from '../world.ts';
import { parseBucketCommand } from './bucket-arguments.ts';

/** The flags that say how a bucket is reached, and what it demands of requests. */
const STORE_FLAGS = optionRows(STORE).flatMap(({ option: { flag } }) =>
  flag === undefined ? [] : [flag.replace(/ .*/, '')],
);

/** `doctor URL`: tries the permissions, and prints what is granted and what is missing. @throws ImportError */
export async function doctor(argv: readonly string[], { stdout }: World): Promise<number> {
  const asked = parseBucketCommand(argv, {
    name: 'doctor',
    summary:
      'Tries every permission that an import takes, inside the prefix, and cleans up after itself.',
    flags: STORE_FLAGS,
  });
  if (asked.kind === 'help') {
    stdout.write(asked.text);
    return 0;
  }
  const { examine } = await import('../../lib/doctor/doctor.ts');
  const diagnosis = await examine(
    asked.argument,
    storeOptions(asked.flags.convert, asked.argument),
  );
  const { json } = asked.flags.command;
  stdout.write(json ? `${JSON.stringify(diagnosis)}\n` : diagnosisText(diagnosis));
  return diagnosis.ok ? 0 : 1;
}

const OUTCOMES = {
  granted: 'ok',
  unneeded: 'not needed',
  missing: 'MISSING',
  unknown: 'unknown',
  demanding: 'DEMANDS',
} as const;

function rowOf(finding: Finding, width: number): string {
  const { outcome, permission, purpose, optional, reason, demand } = finding;
  const why = outcome === 'unneeded' && optional !== undefined ? optional : purpose;
  const notes = [
    ...(reason === undefined ? [] : [printable(reason, 2000)]),
    ...(demand === undefined ? [] : [`refused without ${demand}, granted with it`]),
  ];
  return [
    `  ${OUTCOMES[outcome].padEnd(10)} ${permission.padEnd(width)}  ${why}`,
    ...notes.map((note) => `${' '.repeat(width + 15)}${note}`),
  ].join('\n');
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
    ...verdict(diagnosis),
    '',
    ...leftovers.map((text) => `Left behind: ${printable(text)}`),
    ...notes.filter((note) => !grant?.notes.includes(note)),
    '',
  ].join('\n');
}

/** Says what to do: which options to give, what to grant, and what could not be found out. */
function verdict({ ok, findings, grant }: Diagnosis): string[] {
  const demands = new Set(findings.flatMap(({ demand }) => demand ?? []));
  const named = (outcome: Finding['outcome']): string =>
    findings
      .filter((finding) => finding.outcome === outcome)
      .map(({ permission }) => permission)
      .join(', ');
  const unknown = named('unknown');
  return [
    ...(demands.size === 0
      ? []
      : [
          `The bucket refuses requests without these options. Add to each command: ${[...demands].join(' ')}`,
        ]),
    ...(grant === undefined ? [] : missingText(named('missing'), grant)),
    ...(unknown === '' || grant !== undefined ? [] : [`Could not be tried: ${unknown}.`]),
    ...(ok && unknown === '' ? ['Every permission that an import takes is granted.'] : []),
    ...(ok && unknown !== '' ? ['Every other permission that an import takes is granted.'] : []),
  ];
}

function missingText(names: string, { text, notes }: Policy): string[] {
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
