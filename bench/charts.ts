import { PRODUCT } from './contestants.ts';
import type { ContestantResult, HeatResult, Results } from './results.ts';
import { loadRival } from './rivals/install.ts';
import type { Chart } from './suite.ts';

/** A chart as SVG, rendered by Vega-Lite. */
export interface Drawing {
  file: string;
  title: string;
  svg: string;
}

interface Vega {
  parse(spec: object): object;
  View: new (runtime: object, options: { renderer: 'none' }) => { toSVG(): Promise<string> };
}

interface VegaLite {
  compile(spec: object): { spec: object };
}

/** The data point of a contestant in a heat. */
interface Point {
  heat: string;
  name: string;
  ours: boolean;
  median: number;
  min: number;
  max: number;
  label: string;
}

const UNITS: Record<Chart['measure'], { title: string; size: number; digits: number }> = {
  megabytesPerSecond: { title: 'MB of input a second', size: 1, digits: 0 },
  eventsPerSecond: { title: 'thousand events a second', size: 1e3, digits: 0 },
  wallSeconds: { title: 'seconds', size: 1, digits: 2 },
  peakRss: { title: 'peak RSS, MiB', size: 2 ** 20, digits: 0 },
};
const OURS = '#0b6e4f';
const OTHERS = '#a9b4b0';
const WIDTH = 460;

/** Renders the charts, except those without data. */
export async function drawCharts(charts: readonly Chart[], results: Results): Promise<Drawing[]> {
  const vega = await loadRival<Vega>('vega');
  const vegaLite = await loadRival<VegaLite>('vega-lite');
  const drawings: Drawing[] = [];
  for (const chart of charts) {
    const points = pointsOf(chart, results.heats);
    if (points.length === 0) continue;
    const { spec } = vegaLite.compile(
      chart.lines === undefined ? bars(chart, points) : lines(chart, points),
    );
    const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG();
    drawings.push({ file: chart.file, title: chart.title, svg: `${svg}\n` });
  }
  return drawings;
}

function pointsOf({ groups, measure }: Chart, heats: readonly HeatResult[]): Point[] {
  const { size, digits } = UNITS[measure];
  const point = (heat: HeatResult, contestant: ContestantResult): Point[] => {
    const figures = contestant[measure];
    if (figures === null) return [];
    const [median, min, max] = [figures.median / size, figures.min / size, figures.max / size];
    const { name } = contestant;
    const label = median.toFixed(digits);
    return [{ heat: heat.title, name, ours: name.startsWith(PRODUCT), median, min, max, label }];
  };
  return heats
    .filter((heat) => groups === undefined || groups.includes(heat.group ?? ''))
    .flatMap((heat) => heat.contestants.flatMap((contestant) => point(heat, contestant)));
}

function frame({ title }: Chart, points: readonly Point[]): object {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, anchor: 'start' },
    background: 'white',
    padding: 12,
    data: { values: points },
    config: { view: { stroke: null }, font: 'sans-serif', axis: { grid: false } },
  };
}

/** A bar for each contestant, with a line from its minimum to its maximum; grouped by heat if names repeat. */
function bars(chart: Chart, points: readonly Point[]): object {
  const repeats = new Set(points.map(({ name }) => name)).size < points.length;
  const axis = { labelLimit: 400, ticks: false, domain: false };
  const y = { field: 'name', type: 'nominal', sort: null, title: null, axis };
  const x = { type: 'quantitative', title: UNITS[chart.measure].title, scale: { zero: true } };
  const layered = {
    width: WIDTH,
    height: { step: 24 },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.7 } },
        encoding: { y, x: { ...x, field: 'median' }, color: OUR_COLOUR },
      },
      {
        mark: { type: 'rule', color: '#333' },
        encoding: { y, x: { ...x, field: 'min' }, x2: { field: 'max' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5 },
        encoding: { y, x: { ...x, field: 'max' }, text: { field: 'label' } },
      },
    ],
  };
  const heats = [...new Set(points.map(({ heat }) => heat))];
  if (!repeats) return { ...frame(chart, points), ...layered };
  return {
    ...frame(chart, points),
    facet: { row: { field: 'heat', title: null, sort: heats, header: HEADER } },
    spec: layered,
  };
}

const OUR_COLOUR = {
  field: 'ours',
  type: 'nominal',
  scale: { domain: [true, false], range: [OURS, OTHERS] },
  legend: null,
};
const HEADER = { labelAngle: 0, labelAlign: 'left', labelAnchor: 'start', labelOrient: 'top' };

/** A line for each contestant across the heats. */
function lines(chart: Chart, points: readonly Point[]): object {
  const x = {
    field: 'heat',
    type: 'ordinal',
    sort: null,
    title: chart.lines,
    axis: { labelAngle: 0 },
  };
  const title = UNITS[chart.measure].title;
  const y = { field: 'median', type: 'quantitative', title, scale: { zero: true } };
  const names = [...new Set(points.map(({ name }) => name))];
  const range = [OURS, '#d1495b', '#edae49', '#66635b'].slice(0, names.length);
  const color = {
    field: 'name',
    type: 'nominal',
    title: null,
    scale: { domain: names, range },
    ...(names.length === 1 && { legend: null }),
  };
  return {
    ...frame(chart, points),
    width: WIDTH,
    height: 260,
    layer: [
      { mark: { type: 'line', point: true }, encoding: { x, y, color } },
      {
        mark: { type: 'text', dy: -10 },
        encoding: { x, y, color, text: { field: 'label' } },
      },
    ],
  };
}
