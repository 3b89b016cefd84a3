import { PRODUCT, product } from '../contestants.ts';
import type { DataParameters } from '../generate.ts';
import type { Chart, Heat, Suite } from '../suite.ts';
import { GIB, MIB } from '../units.ts';

const heat = (title: string, group: string, data: DataParameters): Heat => ({
  title,
  group,
  data,
  contestants: [product({ name: PRODUCT, threads: 2 })],
});
const interleaved = (days: number): Heat =>
  heat(days === 1 ? '1 day' : `${days} days`, 'days', { size: 400 * MIB, days, interleaved: true });
const events = (title: string, eventSize?: number): Heat =>
  heat(title, 'events', {
    size: 400 * MIB,
    days: 3,
    ...(eventSize !== undefined && { eventSize }),
  });

const both = (group: string, lines: string): Chart[] => [
  {
    file: `${group}-throughput.svg`,
    title: `Throughput by ${lines}`,
    measure: 'megabytesPerSecond',
    groups: [group],
    lines,
  },
  {
    file: `${group}-memory.svg`,
    title: `Peak memory by ${lines}`,
    measure: 'peakRss',
    groups: [group],
    lines,
  },
];

export const scaling: Suite = {
  title: 'Scaling: input, days, size of events, threads, releases of Node',
  heats: [
    heat('100 MiB', 'input', { size: 100 * MIB, days: 3 }),
    heat('400 MiB', 'input', { size: 400 * MIB, days: 3 }),
    heat('1 GiB', 'input', { size: GIB, days: 3 }),
    heat('4 GiB', 'input', { size: 4 * GIB, days: 3 }),
    heat('10 GiB', 'input', { size: 10 * GIB, days: 3 }),
    interleaved(1),
    interleaved(7),
    interleaved(30),
    interleaved(400),
    events('280 B', 280),
    events('740 B'),
    events('2 kB', 2_000),
    events('20 kB', 20_000),
    {
      title: 'Threads',
      group: 'threads',
      data: { size: 400 * MIB, days: 3 },
      contestants: [0, 1, 2, 4].map((threads) =>
        product({ name: `${PRODUCT} --threads ${threads}`, threads }),
      ),
    },
    {
      title: 'Releases of Node',
      group: 'node',
      data: { size: 400 * MIB, days: 3 },
      contestants: ['20', '22', '24', '26'].map((node) =>
        product({ name: `${PRODUCT}, Node ${node}`, threads: 2, node }),
      ),
    },
  ],
  charts: [
    ...both('input', 'size of the input'),
    ...both('days', 'days in the input'),
    ...both('events', 'size of an event'),
    { file: 'threads.svg', title: 'Threads', measure: 'megabytesPerSecond', groups: ['threads'] },
    {
      file: 'node.svg',
      title: 'Releases of Node',
      measure: 'megabytesPerSecond',
      groups: ['node'],
    },
  ],
};
