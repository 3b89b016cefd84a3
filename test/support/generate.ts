// Random events for property tests, as the text of their lines: what matters to a scanner is how a value
// is written, so source text is generated and never a JavaScript object.
import fc from 'fast-check';
import type { ReferenceMapping } from '../reference/mapping.ts';

type Text = fc.Arbitrary<string>;

const pick = (...texts: string[]): Text => fc.constantFrom(...texts);
const concat = (...parts: Text[]): Text => fc.tuple(...parts).map((texts) => texts.join(''));
const many = (part: Text, maxLength: number): Text =>
  fc.array(part, { maxLength }).map((texts) => texts.join(''));
/** Mostly the first, sometimes the others. */
const mostly = (usual: Text, ...others: Text[]): Text =>
  fc.oneof(
    { weight: 12, arbitrary: usual },
    ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
  );

/** White space between tokens: mostly none. */
const jsonSpace: Text = mostly(
  fc.constant(''),
  pick(' ', '\t', '\r', '  ', ' \t\r ', ' '.repeat(40)),
);

const hex4 = (unit: number, upper: boolean): string => {
  const hex = unit.toString(16).padStart(4, '0');
  return `\\u${upper ? hex.toUpperCase() : hex}`;
};

const escapedUnit: Text = fc
  .tuple(fc.nat(0xffff), fc.boolean())
  .map(([unit, upper]) => hex4(unit, upper));

/** A piece of the inside of a string literal that stands for well-formed text. */
const stringPiece: Text = fc.oneof(
  {
    weight: 6,
    arbitrary: pick('a', 'Z', '0', ' ', '.', '-', '_', '/', "'", '{', '}', '[', ']', ':', ',', '#'),
  },
  {
    weight: 2,
    arbitrary: pick(
      '한',
      '국어',
      '서울 ',
      'é',
      'e\u0301',
      'ß',
      'ﬁ',
      '日本',
      'ñ',
      '\u2028',
      '\u2029',
      '\u00a0',
      '\ufeff',
      '\ufffd',
      '\u007f',
      '\u0080',
    ),
  },
  { weight: 2, arbitrary: pick('😀', '👩‍👩‍👧', '🇰🇷', '𝒳', '\u{10ffff}', '\u{10000}') },
  { weight: 2, arbitrary: pick('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t') },
  {
    weight: 2,
    arbitrary: pick(
      '\\u0000',
      '\\u0041',
      '\\u00e9',
      '\\uD55C',
      '\\ud55c',
      '\\u2028',
      '\\uFEFF',
      '\\uFFFF',
      '\\u0022',
      '\\u005c',
      '\\ud83d\\ude00',
      '\\uD83D\\uDE00',
      '\\udbff\\udfff',
      '\\u001f',
      '\\u007F',
    ),
  },
  {
    weight: 1,
    arbitrary: pick(
      'plain text of a usual length',
      'x'.repeat(15),
      'x'.repeat(16),
      'x'.repeat(17),
      '한'.repeat(20),
    ),
  },
);

/** Escapes of surrogates without a partner. */
const loneSurrogate: Text = fc.oneof(
  pick(
    '\\ud800',
    '\\uDFFF',
    '\\udc00',
    '\\ude00\\ud83d',
    '\\ud83d\\ud83d\\ude00',
    '\\ud83dx',
    '\\ud83d\\n',
  ),
  escapedUnit,
);

/** A string literal; rarely with a lone surrogate. */
const jsonString: Text = many(
  fc.oneof({ weight: 60, arbitrary: stringPiece }, { weight: 1, arbitrary: loneSurrogate }),
  12,
).map((inside) => `"${inside}"`);

const digits = (minLength: number, maxLength: number): Text =>
  fc
    .array(pick('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), { minLength, maxLength })
    .map((d) => d.join(''));
const whole: Text = concat(pick('1', '2', '5', '9'), digits(0, 22));

/** A number as JSON has it. */
const jsonNumber: Text = fc.oneof(
  pick(
    '0',
    '-0',
    '1',
    '-1',
    '0.0',
    '-0.0',
    '0.5',
    '-0.5',
    '1e-7',
    '1E+5',
    '1e5',
    '5e-7',
    '4.9e-7',
    '-5e-7',
    '123456789012345678.123456',
    '-123456789012345678.123456',
    '-0.000001',
    '0.000001',
    '0.0000005',
    '0.0000004999999',
    '1.0000005',
    '1.0000015',
    '-1.0000005',
    '999999999999999999.999999',
    '999999999999999999.9999994',
    '999999999999999999.9999995',
    '-999999999999999999.9999995',
    '1000000000000000000',
    '123456789012345678901234567890',
    '1e17',
    '1e18',
    '0.1e18',
    '9.99e17',
    '1e400',
    '1e-400',
    '-1e-400',
    '0e400',
    '0e-400',
    '1e999999999999',
    '1e-999999999999',
    '0e99999999999999999999',
    '12e-3',
    '123456.7891234',
    '100000e-5',
    '0.00000000000000000000000000000000000001e38',
    '1.10',
    '1.000000',
    '1.0000000',
    '9007199254740993',
    '0.1234567890123456789',
    '1e+00017',
  ),
  concat(pick('', '-'), fc.oneof(fc.constant('0'), whole)),
  concat(pick('', '-'), fc.oneof(fc.constant('0'), whole), fc.constant('.'), digits(1, 12)),
  concat(
    pick('', '-'),
    fc.oneof(fc.constant('0'), whole),
    mostly(fc.constant(''), concat(fc.constant('.'), digits(1, 9))),
    pick('e', 'E'),
    pick('', '+', '-'),
    digits(1, 2),
  ),
);

/** Names that meet after lower-casing, and others. */
const memberName: Text = fc
  .oneof(
    {
      weight: 6,
      arbitrary: pick(
        'a',
        'A',
        'b',
        'B',
        'productId',
        'productid',
        'PRODUCTID',
        'grade',
        'Grade',
        'x.y',
        'X.Y',
        'id',
        'ID',
        'city',
        '',
        '0',
        '1',
        '__proto__',
        'constructor',
        'toString',
      ),
    },
    {
      weight: 2,
      arbitrary: pick(
        'İ',
        'i̇',
        'I',
        'ı',
        'K',
        'k',
        'Ω',
        'ω',
        'Ω',
        'ΑΣ',
        'ας',
        'ασ',
        'ΑΣ.Β',
        'Σ',
        'σ',
        'É',
        'é',
        'É',
        'ẞ',
        'ß',
        'SS',
        '상품',
        'Ǆ',
        'ǅ',
        'ǆ',
        '𐐀',
        '𐐨',
        'Ⅷ',
        'Å',
      ),
    },
    {
      weight: 1,
      arbitrary: pick(
        '\\u0041',
        '\\u0061',
        '\\u0130',
        '\\u212a',
        'a\\u0062',
        '\\"',
        '\\\\',
        '\\n',
        '\\ud800',
        '\\ud801\\udc00',
        '\\u03a3',
        'k'.repeat(128),
        'k'.repeat(129),
        'K'.repeat(200),
        '한'.repeat(128),
        'İ'.repeat(65),
      ),
    },
    { weight: 1, arbitrary: many(stringPiece, 5) },
  )
  .map((inside) => `"${inside}"`);

/** An object literal of members. */
const objectOf = (name: Text, value: Text, maxLength: number): Text =>
  fc
    .tuple(
      fc.array(concat(jsonSpace, name, jsonSpace, fc.constant(':'), jsonSpace, value, jsonSpace), {
        maxLength,
      }),
      jsonSpace,
    )
    .map(([members, space]) => `{${members.join(',') || space}}`);
const arrayOf = (value: Text, maxLength: number): Text =>
  fc
    .tuple(fc.array(concat(jsonSpace, value, jsonSpace), { maxLength }), jsonSpace)
    .map(([items, space]) => `[${items.join(',') || space}]`);

const scalar: Text = fc.oneof(
  { weight: 4, arbitrary: jsonString },
  { weight: 3, arbitrary: jsonNumber },
  { weight: 2, arbitrary: pick('true', 'false', 'null', '""') },
);

const nested = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json' },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: objectOf(memberName, tie('value'), 4) },
    { weight: 1, arbitrary: arrayOf(tie('value'), 4) },
  ),
}));

/** Any JSON value. */
export const jsonValue: Text = nested.value;

const longText: Text = pick(
  ...[512, 513, 1023, 1024, 1025].flatMap((n) => [
    `"${'v'.repeat(n)}"`,
    `"${'한'.repeat(n)}"`,
    `"${'😀'.repeat(n >> 1)}"`,
  ]),
);

/** A map column: members that must be there, among any others. */
const mapWith = (...required: [names: Text, value: Text][]): Text =>
  fc
    .tuple(
      fc.array(
        concat(memberName, jsonSpace, fc.constant(':'), jsonSpace, mostly(jsonValue, longText)),
        { maxLength: 5 },
      ),
      fc.tuple(...required.map(([name, value]) => fc.tuple(name, value, fc.nat(6), fc.nat(30)))),
    )
    .map(([members, extra]) => {
      for (const [name, value, at, missing] of extra) {
        if (missing > 0) members.splice(at, 0, `"${name}":${value}`);
      }
      return `{${members.join(',')}}`;
    });

const uuid: Text = fc
  .uuid()
  .chain((id) => mostly(fc.constant(`"${id}"`), fc.constant(`"${id.toUpperCase()}"`)));
const two = (max: number): Text => fc.nat(max).map((n) => String(n).padStart(2, '0'));

/** An ISO 8601 time in every form that is taken, and some that are not. */
export const isoTime: Text = concat(
  fc.oneof(
    { weight: 30, arbitrary: pick('2023', '2024', '1970', '1969', '2000') },
    { weight: 1, arbitrary: pick('0001', '9999', '1900', '0000', '0099', '10000', '202') },
  ),
  fc.constant('-'),
  fc.integer({ min: 1, max: 12 }).map((n) => String(n).padStart(2, '0')),
  fc.constant('-'),
  mostly(
    fc.integer({ min: 1, max: 28 }).map((n) => String(n).padStart(2, '0')),
    pick('29', '30', '31', '00', '32'),
  ),
  mostly(pick('T', ' '), pick('t', '  ', '')),
  mostly(two(23), pick('24', '25')),
  fc.constant(':'),
  mostly(two(59), pick('60')),
  mostly(
    concat(
      fc.constant(':'),
      mostly(two(59), pick('60')),
      mostly(pick('', '.3', '.333', '.999999', '.0009', '.123456789012'), pick('.', ',5')),
    ),
    fc.constant(''),
  ),
  mostly(
    pick(
      '',
      'Z',
      '+09:00',
      '-05:30',
      '+0900',
      '-0330',
      '+09',
      '-11',
      ' UTC',
      'UTC',
      ' Z',
      ' +0900',
      ' -03:30',
      '+00:00',
      '-00:00',
      '+23:59',
    ),
    pick('z', '  Z', 'UT', 'UTCZ', '+9', '+24:00', '+00:60', ' GMT', '+09:0', '+09:', ' ', ' 0900'),
  ),
);

/** Times as logs of Apache and nginx have them. */
export const logTime: Text = concat(
  mostly(two(28), pick('00', '31', '1')),
  fc.constant('/'),
  mostly(pick('Jan', 'Feb', 'Mar', 'Jun', 'SEP', 'dec'), pick('Jna', '01', 'Janu')),
  mostly(pick('/2023:', '/1969:'), pick('/0000:', '/23:', '/2023 ')),
  mostly(two(23), pick('24')),
  fc.constant(':'),
  mostly(two(59), pick('60')),
  fc.constant(':'),
  mostly(two(59), pick('60', '5')),
  mostly(
    pick(' +0900', ' -0330', ' +0000'),
    pick('', ' ', '+0900', '  +09', ' +0960', ' Z', ' +09 '),
  ),
);

/** Times around the days on which clocks change, for mappings with a timezone. */
const localTime: Text = pick(
  '2024-03-10T01:59:59',
  '2024-03-10T02:00:00',
  '2024-03-10T02:30',
  '2024-03-10T03:00:00',
  '2024-11-03T00:59:59.999',
  '2024-11-03T01:00:00',
  '2024-11-03T01:59:59',
  '2024-11-03T02:00',
  '2024-03-31T02:30:00',
  '2024-10-27T02:30:00',
  '1988-05-08T02:30:00',
  '1988-10-09T02:30:00',
  '1908-04-01T00:00:00',
  '2011-12-30T12:00:00',
  '2024-01-01T00:00:00',
  '1950-01-01T00:00',
  '2024-04-07T01:45:00',
  '2024-10-06T02:15:00',
  '0001-01-01T00:00:00',
  '9999-12-31T23:59:59.999',
);

/** Digits that may be a date, with or without a time of day. */
export const dateDigits: Text = concat(
  pick('2023', '2024', '1970', '2000', '1900', '0001', '0000', '9999'),
  mostly(two(12), pick('13', '99')),
  mostly(two(31), pick('32', '00')),
  fc.oneof(pick('', '', '0', '.0', '12'), concat(mostly(two(23), pick('24')), two(60), two(60))),
);

export const epoch: Text = fc.oneof(
  pick(
    '0',
    '-1',
    '1672531262',
    '1672531262.333',
    '1672531262333',
    '1672531262333.9',
    '1672531262333444',
    '1672531262333444555',
    '1.672531262333e12',
    '1672531262333e-3',
    '99999999999',
    '100000000000',
    '99999999999999',
    '100000000000000',
    '99999999999999999',
    '100000000000000000',
    '-99999999999',
    '-100000000000',
    '-62135596800',
    '-62135596801',
    '253402300799',
    '253402300800',
    '253402300799999',
    '253402300800000',
    '-0.0001',
    '-0',
    '1e400',
    '1e-400',
    '-1e-400',
    '1e99',
    '99999999999.9999',
  ),
  fc.integer({ min: 1_640_000_000, max: 1_720_000_000 }).map(String),
  fc.integer({ min: 1_640_000_000_000, max: 1_720_000_000_000 }).map(String),
);

const quoted = (text: Text): Text => text.map((inside) => `"${inside}"`);

/** A value of `ts`. */
const tsValue: Text = fc.oneof(
  { weight: 6, arbitrary: quoted(isoTime) },
  { weight: 2, arbitrary: quoted(localTime) },
  { weight: 4, arbitrary: epoch },
  { weight: 2, arbitrary: quoted(epoch) },
  { weight: 1, arbitrary: quoted(dateDigits) },
  {
    weight: 1,
    arbitrary: pick(
      '""',
      '"now"',
      'null',
      'true',
      '[]',
      '{}',
      '"2023-01-01"',
      '"2023-02-30T00:00:00Z"',
      '" 1672531262"',
      '"+1672531262"',
      '"01672531262"',
      '"5."',
      '".5"',
      '"1e3"',
      '"-"',
      '"2023-01-01T00\\u003a01:02Z"',
      '"20\\u0032\\u0033-01-01T00:00:00Z"',
      '"\\ud800"',
      '"2023-01-01T00:00:00Z "',
    ),
  },
);

/** A value of `metric_value`. */
const metricValue: Text = fc.oneof(
  { weight: 6, arbitrary: jsonNumber },
  { weight: 4, arbitrary: quoted(jsonNumber) },
  {
    weight: 2,
    arbitrary: pick(
      'null',
      '0',
      '"0"',
      '"+1.5"',
      '".5"',
      '"5."',
      '"-.5e1"',
      '"+.5E-3"',
      '"5.e2"',
      '"\\u0031.5"',
    ),
  },
  {
    weight: 1,
    arbitrary: pick(
      '""',
      '" 1"',
      '"1 "',
      '"1,000"',
      '"NaN"',
      '"Infinity"',
      '"-Infinity"',
      '"abc"',
      'true',
      'false',
      '{}',
      '[1]',
      '"01"',
      '"."',
      '"-"',
      '"+"',
      '"+-1"',
      '"1e"',
      '"e1"',
      '"0x10"',
      '"1_0"',
      '"１"',
    ),
  },
);

/** Members of an event in the vendor's format, each as source text; members of a bad kind are rare. */
const eventMembers: fc.Arbitrary<Record<string, string>> = fc.record({
  insert_id: mostly(
    uuid,
    pick(
      'null',
      '""',
      '"abc"',
      '12',
      'true',
      '{}',
      '[]',
      '"8fb8e088-9245-4fce-bb87-7e09d9917ed"',
      '"8fb8e08892454fcebb877e09d9917ed6"',
      `"${'i'.repeat(513)}"`,
      '"\\u0038fb8e088-9245-4fce-bb87-7e09d9917ed6"',
      '"한-\\ud800"',
    ),
  ),
  event_key: mostly(
    fc.oneof(
      pick('"purchase"', '"click"', '"page_view"', '"구매"', '"a\\"b"', '"\\u0041"'),
      jsonString,
    ),
    pick(
      'null',
      '""',
      '7',
      '1E+5',
      'true',
      'false',
      '{}',
      '["a"]',
      `"${'e'.repeat(128)}"`,
      `"${'e'.repeat(129)}"`,
      '"\\ud800"',
    ),
  ),
  ts: fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .integer({ min: 1_672_531_200_000, max: 1_672_790_400_000 })
        .map((ms) => `"${new Date(ms).toISOString()}"`),
    },
    { weight: 4, arbitrary: tsValue },
  ),
  metric_value: metricValue,
  identifiers: mostly(
    mapWith(
      [
        pick('id', 'ID', '\\u0069d'),
        mostly(pick('"u1"', '"한"', '42', 'true'), pick('""', 'null', '{"a":1}', '[]')),
      ],
      [
        pick('device_id', 'Device_Id'),
        mostly(pick('"d1"', '"\\n"', '-0'), pick('""', 'null', `"${'d'.repeat(513)}"`)),
      ],
    ),
    pick('null', '{}', '[]', '"x"', '1'),
  ),
  event_properties: mostly(
    objectOf(memberName, jsonValue, 8),
    pick(
      'null',
      '{}',
      '[]',
      'false',
      `{${Array.from({ length: 70 }, (_, n) => `"p${n % 66}":${n}`).join(',')}}`,
    ),
  ),
  user_properties: mostly(
    objectOf(memberName, jsonValue, 6),
    pick(
      'null',
      '{}',
      '""',
      `{${Array.from({ length: 129 }, (_, n) => `"u${n}":"${n}"`).join(',')}}`,
    ),
  ),
  platform_properties: mostly(
    mapWith(
      [
        pick('osname', 'osName', 'OSNAME'),
        mostly(pick('"Android"', '"iOS"', '"IOS"', '"android"'), pick('"Web"', '""', 'null', '1')),
      ],
      [
        pick('appversion', 'appVersion'),
        mostly(pick('"6.9.0"', '1.10'), pick('""', 'null', 'false')),
      ],
    ),
    pick('null', '{}', '3'),
  ),
});

/** An event in the vendor's format as the text of its line: any order of members, some missing, repeated or unknown. */
export const eventLine: Text = fc
  .tuple(
    eventMembers,
    fc.infiniteStream(fc.nat(99)),
    fc.array(fc.tuple(memberName, jsonValue), { maxLength: 3 }),
    jsonSpace,
  )
  .map(([event, chances, extra, space]) => {
    const chance = (): number => chances.next().value as number;
    const members: string[] = [];
    const insert = (member: string): void => {
      members.splice(chance() % (members.length + 1), 0, member);
    };
    for (const [name, value] of Object.entries(event)) {
      if (chance() < 2) continue;
      const written = chance() < 5 ? name.replace(/e/, '\\u0065') : name;
      insert(`${space}"${written}"${space}:${space}${value}${space}`);
      if (chance() < 2) insert(`"${name}":${['null', '{}', '"x"', value][chance() % 4]}`);
    }
    for (const [name, value] of extra) insert(`${name}:${value}`);
    return `${space}{${members.join(',')}}${space}`;
  });

/** An array of pairs, some of which are none. */
const pairsArray: Text = arrayOf(
  mostly(
    objectOf(
      mostly(pick('"key"', '"key"', '"value"', '"value"'), pick('"k\\u0065y"', '"other"')),
      fc.oneof(
        { weight: 3, arbitrary: fc.oneof(memberName, scalar) },
        {
          weight: 4,
          arbitrary: objectOf(
            pick('"string_value"', '"int_value"', '"double_value"', '"int\\u005fvalue"'),
            mostly(scalar, jsonValue),
            4,
          ),
        },
      ),
      4,
    ).map((pair) =>
      pair.includes('"key"') ? pair : `{"key":"k"${pair === '{}' ? '' : ','}${pair.slice(1)}`,
    ),
    pick(
      'null',
      '1',
      '{}',
      '[]',
      '{"key":null}',
      '{"key":{}}',
      '{"value":1}',
      '{"key":"","value":""}',
    ),
  ),
  5,
);

/** A string that holds JSON, or nearly. */
const jsonText: Text = mostly(
  fc
    .tuple(
      objectOf(mostly(memberName, pick('"city"', '"city"', '"price"')), jsonValue, 4),
      pick('', ' ', '\n', '\r\n\t'),
    )
    .map(([object, space]) => JSON.stringify(space + object + space)),
  jsonValue.map((value) => JSON.stringify(value)),
  pick(
    '""',
    '" \\n"',
    '"null"',
    '" null "',
    '"nul"',
    '"{"',
    '"{}"',
    '"{} x"',
    '"[1,2]"',
    '"12"',
    '"\\u007b\\"city\\":1,\\"city\\":\\"\\ud800\\"}"',
    '"{\\"a\\":\\n1}"',
    '"{\\"a\\":\\"\\n\\"}"',
    '"\\ufeff{}"',
    JSON.stringify('[{"key":"a","value":1},{"key":"A","value":2}]'),
    JSON.stringify(`{"city":${'['.repeat(510)}${']'.repeat(510)}}`),
    JSON.stringify(`{"city":${'['.repeat(511)}${']'.repeat(511)}}`),
  ),
);

/** Members that the mappings of the pool read, besides the vendor's. */
const sourceMembers: fc.Arbitrary<Record<string, string>> = fc.record({
  messageId: mostly(uuid, pick('null', '"m-1"', '17')),
  name: mostly(pick('"view"', '"buy"'), pick('null', '""', '{}')),
  time: fc.oneof(quoted(localTime), quoted(isoTime), epoch),
  revenue: metricValue,
  userId: mostly(pick('"u1"', '42', '"한\\u0020글"'), pick('null', '""')),
  context: mostly(
    fc
      .tuple(
        jsonValue,
        jsonValue,
        objectOf(memberName, jsonValue, 3),
        objectOf(memberName, jsonValue, 3),
      )
      .map(
        ([ip, geo, device, more]) =>
          `{"ip":${ip},"geo":{"city":${geo},"x":1,"CITY":"c"},"device":${device},"app":{"version":"1.2","build":${ip}},"os":"iOS","more":${more},"a.b":${ip}}`,
      ),
    jsonValue,
  ),
  properties: mostly(
    objectOf(mostly(memberName, pick('"secret"', '"city"', '"nested"')), jsonValue, 6),
    pick('null', '[]', '1', '{"secret":1,"nested":{"secret":2,"open":3},"City":"x"}'),
  ),
  traits: mostly(objectOf(memberName, jsonValue, 4), pick('null')),
  type: mostly(pick('"track"', '"\\u0074rack"', '7'), pick('"page"', 'null', '{}', '"trac"')),
  params: mostly(pairsArray, pick('null', '{}', '"x"'), jsonText),
  blob: mostly(jsonText, jsonValue),
  clock: mostly(pick('"21:02:31"', '"01:30"', '"00:00:00.5Z"'), pick('null', '1', '""')),
  date: mostly(pick('"2024-03-10"', '"2023-01-02"'), pick('null', '"2023-01-02T03:04"', '5')),
});

/** A line for the mappings of the pool. */
const mappedLine: Text = fc
  .tuple(
    sourceMembers,
    fc.array(fc.tuple(memberName, jsonValue), { maxLength: 3 }),
    fc.infiniteStream(fc.nat(99)),
  )
  .map(([event, extra, chances]) => {
    const chance = (): number => chances.next().value as number;
    const members: string[] = [];
    const insert = (member: string): void => {
      members.splice(chance() % (members.length + 1), 0, member);
    };
    for (const [name, value] of Object.entries(event)) {
      if (chance() < 4) continue;
      insert(`"${name}":${value}`);
      if (chance() < 2) insert(`"${name}":${['null', '{}', '"x"', value][chance() % 4]}`);
    }
    for (const [name, value] of extra) insert(`${name}:${value}`);
    return `{${members.join(',')}}`;
  });

/** Mappings that together use everything a mapping can say. */
export const MAPPINGS: readonly ReferenceMapping[] = [
  {
    insert_id: { path: 'messageId', derive: 'raw' },
    event_key: ['name', { const: 'unnamed' }],
    ts: { path: 'time', unit: 'auto', timezone: 'America/New_York' },
    metric_value: ['revenue', { const: '0' }],
    identifiers: { keys: { id: ['userId', { const: 'nobody' }], device_id: { const: 'd' } } },
    event_properties: 'properties',
    user_properties: 'traits',
    platform_properties: {
      keys: { osname: 'context.os', appversion: ['context.app.version', { const: '0' }] },
    },
  },
  {
    insert_id: { path: ['messageId', 'userId'], derive: ['userId', 'time', 'context.geo'] },
    event_key: 'name',
    ts: { path: ['time', 'properties.time'], timezone: 'Asia/Seoul' },
    identifiers: {
      objects: ['traits'],
      keys: {
        ID: [{ path: 'userId' }, { const: '-' }],
        device_id: ['context.device.id', { const: 'd' }],
      },
    },
    event_properties: {
      objects: ['properties'],
      exclude: ['properties.secret', 'properties.nested.secret'],
    },
    user_properties: {
      objects: ['traits'],
      keys: { city: 'context.geo.city', 'a.b': 'context.a\\.b' },
      flatten: true,
    },
    platform_properties: { keys: { osName: { const: 'Android' }, AppVersion: { const: '1' } } },
  },
  {
    insert_id: { path: 'messageId', derive: 'raw' },
    event_key: ['properties.name', 'name', { const: 'x' }],
    ts: { path: 'time', unit: 'ms', timezone: 'Europe/Berlin' },
    metric_value: 'revenue',
    identifiers: { keys: { id: { const: '1' }, device_id: { const: '2' }, user_id: 'userId' } },
    event_properties: { rest: true, exclude: ['context.ip', 'traits'] },
    user_properties: { objects: ['traits'] },
    platform_properties: {
      keys: {
        osname: ['context.os', { const: 'iOS' }],
        appversion: ['context.app.version', { const: '0' }],
      },
    },
  },
  {
    insert_id: { path: 'messageId', derive: ['time'] },
    event_key: { const: 'all' },
    ts: { path: 'time', unit: 's' },
    identifiers: { keys: { id: { const: '1' }, device_id: { const: '2' } } },
    event_properties: { objects: [''], flatten: true },
    platform_properties: {
      objects: ['context'],
      keys: { osname: { const: 'ios' }, appversion: { const: '2' } },
    },
  },
  {
    insert_id: { path: 'messageId', derive: ['a', 'context.more.a'] },
    event_key: [{ path: 'name' }, { const: 'x' }],
    ts: { path: 'time', unit: 'us', timezone: 'Australia/Lord_Howe' },
    metric_value: { const: '1.5' },
    identifiers: { keys: { id: { const: '1' }, device_id: { const: '2' } } },
    event_properties: {
      objects: ['properties', 'context.geo'],
      rest: true,
      keys: { city: ['context.geo.city', 'properties.city'] },
      flatten: true,
    },
    user_properties: { objects: ['traits', 'context.device', 'context.more'] },
    platform_properties: { keys: { osname: { const: 'ios' }, appversion: { const: '2' } } },
  },
  {
    insert_id: {
      path: 'messageId',
      derive: ['time', 'name'],
      name: 'ga4',
      fromId: ['type', 'context.more.a'],
      keep: 'Message_Id',
    },
    event_key: ['blob.name', 'name', { const: 'x' }],
    ts: { path: 'time', unit: 's', timezone: 'America/New_York', epochs: 'local' },
    metric_value: { const: '0' },
    identifiers: {
      pairs: [{ path: 'params', only: ['k', 'a', '0'] }],
      defaults: { ID: 'nobody', device_id: 'd' },
    },
    event_properties: {
      objects: ['blob'],
      pairs: [
        {
          path: 'params',
          value: ['value.string_value', 'value.int_value', 'value.double_value'],
        },
      ],
    },
    user_properties: { rest: true, exclude: ['blob.city'] },
    platform_properties: {
      objects: ['context.app'],
      keys: { osname: ['context.os'] },
      defaults: { OSName: 'Android', appversion: '1', version: '?' },
    },
    parse: ['blob', 'params', 'context.app'],
    only: { type: ['track', '7'] },
  },
  {
    insert_id: { path: ['messageId', 'blob.id'], derive: 'raw', name: 'x', keep: 'id' },
    event_key: ['name', { const: 'x' }],
    ts: { path: ['date', 'time'], time: 'clock', timezone: 'America/New_York' },
    identifiers: { keys: { id: ['blob.city', 'userId'] }, defaults: { id: 'i', device_id: 'd' } },
    event_properties: {
      rest: true,
      pairs: [
        { path: 'params', key: 'key', value: 'value' },
        { path: 'params', key: 'other', value: ['key'], only: ['a', 'A', 'plain'] },
      ],
      flatten: true,
    },
    user_properties: { objects: ['blob'], exclude: ['blob.city'] },
    platform_properties: { defaults: { osname: 'iOS', appversion: '2' } },
    parse: ['blob'],
  },
];

/** Lines that are no event, or hardly JSON. */
const oddLine: fc.Arbitrary<Buffer> = fc.oneof(
  pick(
    '',
    ' ',
    '\t\r',
    'null',
    '1',
    '"x"',
    '[]',
    '[{}]',
    '{',
    '}',
    '{}',
    '{}{}',
    '{"a":1,}',
    'hello',
    '\ufeff{}',
    '\u00a0',
    '[1,2',
    '{"a":"\t"}',
    '{"insert_id":01}',
    `{"a":${'['.repeat(511)}${']'.repeat(511)}}`,
    `{"a":${'['.repeat(512)}${']'.repeat(512)}}`,
  ).map((text) => Buffer.from(text)),
  fc
    .constantFrom('ff', '7b2261223a22c3227d', '7b2261223a22eda080227d', '7b7dc080', 'f09f98')
    .map((hex) => Buffer.from(hex, 'hex')),
  fc.constantFrom(512, 513).map((n) => Buffer.from(`${'{"a":'.repeat(n)}1${'}'.repeat(n)}`)),
  jsonValue.map((text) => Buffer.from(text)),
);

/** A change of a line's bytes that mostly breaks it. */
interface Damage {
  kind: 'flip' | 'set' | 'delete' | 'double' | 'cut' | 'swap';
  at: number;
  length: number;
  byte: number;
}
const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('flip', 'set', 'delete', 'double', 'cut', 'swap'),
  at: fc.nat(10_000),
  length: fc.integer({ min: 1, max: 12 }),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[],:0-.eu\t '))),
});

function applyDamage(line: Buffer, { kind, at, length, byte }: Damage): Buffer {
  if (line.length === 0) return line;
  const start = at % line.length;
  const end = Math.min(line.length, start + length);
  const part = line.subarray(start, end);
  const parts = {
    flip: () => [
      Buffer.from([(line[start] as number) ^ (1 << (byte & 7))]),
      line.subarray(start + 1),
    ],
    set: () => [Buffer.from([byte]), line.subarray(start + 1)],
    delete: () => [line.subarray(end)],
    double: () => [part, part, line.subarray(end)],
    cut: () => [],
    swap: () => [Buffer.from(part).reverse(), line.subarray(end)],
  };
  const changed = Buffer.concat([line.subarray(0, start), ...parts[kind]()]);
  for (const [index, value] of changed.entries()) if (value === 0x0a) changed[index] = 0x20;
  return changed;
}

/** A line with some damage. */
export function damaged(line: Text): fc.Arbitrary<Buffer> {
  return fc
    .tuple(line, fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([text, list]) => list.reduce(applyDamage, Buffer.from(text)));
}

/** A source: lines joined by either line end, with or without a byte order mark and a last line end. */
function sourceOfLines(line: Text, maxLength = 60): fc.Arbitrary<Buffer> {
  const anyLine = fc.oneof(
    { weight: 30, arbitrary: line.map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: oddLine },
    { weight: 2, arbitrary: damaged(line) },
  );
  const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', ' \r\n', '\n\r\n');
  return fc
    .tuple(
      fc.array(fc.tuple(anyLine, lineEnd), { maxLength, size: 'max' }),
      fc.nat(9).map((n) => Buffer.from(n === 0 ? '\ufeff' : '')),
      fc.boolean(),
    )
    .map(([lines, mark, lastEnd]) => {
      const parts = lines.flatMap(([text, end], index) =>
        index === lines.length - 1 && !lastEnd ? [text] : [text, Buffer.from(end)],
      );
      return Buffer.concat([mark, ...parts]);
    });
}

/** Sources of vendor events. */
export const vendorSource: fc.Arbitrary<Buffer> = sourceOfLines(eventLine);
/** Sources for the mappings of the pool. */
export const mappedSource: fc.Arbitrary<Buffer> = sourceOfLines(mappedLine);
