// Inputs from public reports, small: what people pipe into a run, and what has to come out.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { readOutput } from '../support/read-parquet.ts';
import { runHere } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';
import { zipOf } from '../support/zip.ts';

const ANY = JSON.stringify({
  insert_id: { derive: 'raw' },
  event_key: ['e', { const: 'k' }],
  ts: ['t', { const: '2023-01-01T00:00:00Z' }],
  identifiers: { keys: { id: { const: 'd' }, device_id: { const: 'd' } } },
  event_properties: { rest: true },
  platform_properties: { keys: { osname: { const: 'iOS' }, appversion: { const: '1' } } },
});
const W3C = JSON.stringify({
  insert_id: { derive: 'raw' },
  event_key: { const: 'http' },
  ts: { path: 'date', time: 'time' },
  identifiers: { keys: { id: 'c-ip', device_id: 'c-ip' } },
  event_properties: { rest: true },
  platform_properties: { keys: { osname: { const: 'Web' }, appversion: { const: '1' } } },
});
const WEB = [
  '--set',
  'platform_properties.appversion=1',
  '--set',
  'platform_properties.osname=Web',
];
const CLOUDFRONT =
  '#Version: 1.0\n#Fields: date time x-edge-location c-ip cs-method x-edge-request-id\n' +
  '2015-08-25\t00:20:40\tMIA50\t192.0.2.7\tGET\t9fSyxPBMgh0D7BFV==\n' +
  '2015-08-25\t00:20:41\tMIA50\t-\tGET\t9fSyxPBMgh0D7BFV2==\n';
const IIS =
  '#Software: Microsoft IIS 10.0\r\n#Fields: date time s-ip cs-method c-ip sc-status\r\n' +
  '2023-01-01 00:00:01 10.0.0.1 GET 192.0.2.1 200\r\n' +
  '#Software: Microsoft IIS 10.0\r\n#Fields: date time cs-method c-ip sc-status time-taken\r\n' +
  '2023-01-01 05:00:02 POST 192.0.2.2 201 15\r\n';
const NEW_YORK = JSON.stringify({
  ...JSON.parse(ANY),
  ts: { path: 't', timezone: 'America/New_York' },
});

interface Report {
  what: string;
  input: string | Uint8Array;
  args?: string[];
  mapping?: string;
  /** Event properties of the rows, with `ts` in front; or what the error says. */
  expected: string[] | RegExp;
  rejects?: number;
}

const REPORTS: Report[] = [
  {
    what: 'nginx writes $time_local, or quotes as \\x22',
    input:
      '{"time_local":"15/Nov/2024:16:19:08 +0800","remote_addr":"192.0.2.1"}\n' +
      '{"time_local":"15/Nov/2024:16:19:09 +0800","remote_addr":"192.0.2.1","agent":"x\\x22y"}\n',
    args: ['--preset', 'nginx', ...WEB],
    expected: ['2024-11-15T08:19:08.000Z '],
    rejects: 1,
  },
  {
    what: 'Adjust from standard input',
    input:
      '{adid},{event_name},{created_at},{os_name},{app_version},[level]\na,up,1484043840,ios,1,2\n',
    args: ['--preset', 'adjust'],
    expected: ['2017-01-10T10:24:00.000Z [level]=2'],
  },
  {
    what: 'Adjust with UTC after its times',
    input:
      '"My app",{adid},{event_name},{created_at},{os_name},{app_version}\nx,a,up,2016-04-04T23:16UTC,ios,1\n',
    args: ['--preset', 'adjust'],
    expected: ['2016-04-04T23:16:00.000Z my app=x'],
  },
  {
    what: 'CloudFront logs of zcat *.gz',
    input: (CLOUDFRONT + CLOUDFRONT).replaceAll('\t-\t', '\t192.0.2.8\t'),
    args: ['--preset', 'cloudfront', ...WEB],
    expected: ['40', '41', '40', '41'].map(
      (second, n) =>
        `2015-08-25T00:20:${second}.000Z cs-method=GET,x-edge-location=MIA50,x-edge-request-id=9fSyxPBMgh0D7BFV${n % 2 ? 2 : ''}==`,
    ),
  },
  {
    what: 'CloudFront as JSON',
    input:
      '{"date":"2024-11-20","time":"13:01:02","c-ip":"192.0.2.7","x-edge-request-id":"abc=="}\n',
    args: ['--preset', 'cloudfront', ...WEB],
    expected: /expected CSV .*, but its first line is JSON\n.*\n.*--format ndjson/,
  },
  {
    what: 'a W3C log without a name that says so',
    input: CLOUDFRONT.replace('\t-\t', '\t192.0.2.8\t'),
    mapping: W3C,
    expected: ['40', '41'].map(
      (second, n) =>
        `2015-08-25T00:20:${second}.000Z cs-method=GET,x-edge-location=MIA50,x-edge-request-id=9fSyxPBMgh0D7BFV${n ? 2 : ''}==`,
    ),
  },
  {
    what: 'IIS with other fields from the middle on',
    input: IIS,
    mapping: W3C,
    expected: [
      '2023-01-01T00:00:01.000Z cs-method=GET,s-ip=10.0.0.1,sc-status=200',
      '2023-01-01T05:00:02.000Z cs-method=POST,sc-status=201,time-taken=15',
    ],
  },
  {
    what: 'quotes escaped by backslashes',
    input: 'a,b\ng1,1\n"say \\"hi\\"",2\ng2,2\ng3,3\n',
    rejects: 1,
    expected: ['1', '2', '3'].map((n) => `2023-01-01T00:00:00.000Z a=g${n},b=${n}`),
  },
  {
    what: 'a line end in a cell of the header',
    input: '"a\r\nx",b\r\n1,2\r\n',
    args: ['--format', 'csv'],
    expected: ['2023-01-01T00:00:00.000Z a\r\nx=1,b=2'],
  },
  {
    what: 'the delimiter of Hive',
    input: 'a\x01b\n1\x012\n',
    args: ['--delimiter', '\x01'],
    expected: ['2023-01-01T00:00:00.000Z a=1,b=2'],
  },
  {
    what: "Excel's sep=",
    input: 'sep=;\na;b\n1;2\n',
    expected: ['2023-01-01T00:00:00.000Z a=1,b=2'],
  },
  {
    what: 'comments',
    input: '# made by "hand\na,b\n# one\n1,2\n',
    args: ['--comment', '#'],
    expected: ['2023-01-01T00:00:00.000Z a=1,b=2'],
  },
  {
    what: 'a byte order mark in the middle',
    input: '{"a":1}\n\ufeff{"a":2}\n',
    rejects: 1,
    expected: ['2023-01-01T00:00:00.000Z a=1'],
  },
  {
    what: 'an archive with names outside of it and a line feed after it',
    input: Buffer.concat([
      zipOf([{ name: '../x/a.json', content: Buffer.from('{"i":0}\n') }]),
      Buffer.from('\n'),
    ]),
    expected: ['2023-01-01T00:00:00.000Z i=0'],
  },
  {
    what: 'the hour that comes twice in autumn',
    input: '{"t":"2022-11-06T01:30:00"}\n',
    mapping: NEW_YORK,
    args: ['--set', 'ts.ambiguous=later'],
    expected: ['2022-11-06T06:30:00.000Z '],
  },
  {
    what: 'times of web servers',
    input: '{"t":"15/Nov/2024:16:19:08 +0800"}\n{"t":"2024-11-15 16:19:08 +0800"}\n',
    expected: ['2024-11-15T08:19:08.000Z ', '2024-11-15T08:19:08.000Z '],
  },
];

for (const { what, input, args = [], mapping = ANY, expected, rejects = 0 } of REPORTS) {
  test(what, async (t) => {
    const cwd = tempFolder(t);
    writeFileSync(join(cwd, 'input'), input);
    writeFileSync(join(cwd, 'mapping.json'), mapping);
    const mapped = args.includes('--preset') ? [] : ['--mapping', 'mapping.json'];
    const all = ['input', ...args, ...mapped, '--max-rejects', String(rejects), '--to', 'out'];
    const { code, stdout, stderr } = await runHere(all, { cwd });
    if (expected instanceof RegExp) {
      t.equal(code, 1);
      t.match(stderr, expected);
      return;
    }
    t.equal(code, 0, stderr);
    if (rejects > 0) t.match(stdout + stderr, new RegExp(`${rejects} rejected`));
    const rows = [...(await readOutput(join(cwd, 'out')))].flatMap(([, events]) => events);
    const shown = rows.map(({ ts, event_properties }) => {
      const entries = [...event_properties].map(([key, value]) => `${key}=${value}`).sort();
      return `${new Date(Number(ts)).toISOString()} ${entries.join()}`;
    });
    t.strictSame(shown.sort(), [...expected].sort());
  });
}
