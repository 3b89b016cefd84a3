import type { Diagnosis, Finding } from '../lib/doctor/examination.ts';
import type { Policy } from '../lib/doctor/policy.ts';
import { commandWith, flagValues, parse } from './flag-parser.ts';
import { FLAGS, type FlagValues } from './flags.ts';
import { storeOptions } from './store-options.ts';
import { printable } from './text.ts';
import type { World } from './world.ts';

const SHARED = new Set(['--json', '--no-color', '--debug']);
const REACHING = new Set(['--endpoint', '--key-file', '--region', '--path-style']);

interface BucketCommand {
  summary: string;
  flags: ReadonlySet<string>;
  run: (url: string, flags: FlagValues, world: World) => Promise<number>;
}

/** First words that are commands of their own; a file of that name is written `./doctor`. */
const COMMANDS: Readonly<Record<string, BucketCommand>> = {
  doctor: {
    summary:
      'Tries every permission that an import takes, inside the prefix, and cleans up after itself.',
    flags: new Set([...REACHING, ...SHARED]),
    run: doctor,
  },
  policy: {
    summary: 'Prints what to grant: the IAM policy of S3, or the commands for Google Cloud.',
    flags: SHARED,
    run: policy,
  },
};

/** Whether the arguments are one of these commands. */
export function isBucketCommand(argv: readonly string[]): boolean {
  return Object.hasOwn(COMMANDS, argv[0] ?? '');
}

/** `doctor URL`, `policy URL`: arguments → exit code. @throws ImportError */
export async function runBucketCommand(argv: readonly string[], world: World): Promise<number> {
  const [name = '', ...rest] = argv;
  const command = COMMANDS[name] as BucketCommand;
  const flags = FLAGS.filter(({ flags }) => command.flags.has(flags.replace(/ .*/, ''))).map(
    (flag) => ({ ...flag, group: 'Options:' }), // so few need no groups
  );
  const program = commandWith(`hackle-import ${name}`, flags)
    .description(command.summary)
    .argument('<url>', 's3://bucket/prefix or gs://bucket/prefix');
  if (rest.some((word) => word === '-h' || word === '--help') || !parse(program, rest)) {
    world.stdout.write(program.helpInformation());
    return 0;
  }
  return command.run(program.args[0] ?? '', flagValues(program, flags), world);
}

async function doctor(url: string, flags: FlagValues, { stdout }: World): Promise<number> {
  const { examine } = await import('../lib/doctor/doctor.ts');
  const diagnosis = await examine(url, storeOptions(flags, url));
  stdout.write(flags.json ? `${JSON.stringify(diagnosis)}\n` : diagnosisText(diagnosis));
  return diagnosis.ok ? 0 : 1;
}

async function policy(url: string, flags: FlagValues, { stdout, stderr }: World): Promise<number> {
  const { policyFor } = await import('../lib/doctor/doctor.ts');
  const { json, text, notes } = policyFor(url);
  stdout.write(flags.json ? `${JSON.stringify(json)}\n` : text);
  // Beside the document, which may be redirected into a file.
  if (!flags.json) stderr.write(`\n${notes.map((note) => `${note}\n`).join('')}`);
  return 0;
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
  if (ahead === undefined) return 'unknown: no answer told the time';
  if (Math.abs(ahead) <= 2) return "as the server's";
  return `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} the server's`;
}
