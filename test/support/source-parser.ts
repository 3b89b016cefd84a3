// Parsers of whole sources in a kernel of the test's own, whose memory it can check.
import type { Kernel } from '../../lib/batch/kernel.ts';
import type { MappingPlan } from '../../lib/mapping/plan.ts';
import { CsvBlockParser } from '../../lib/parse/csv/block-parser.ts';
import { CsvCutter, type CsvCutterOptions } from '../../lib/parse/csv/cutter.ts';
import { JsonCutter, type JsonCutterOptions } from '../../lib/parse/json/cutter.ts';
import { LineBlockParser } from '../../lib/parse/ndjson/block-parser.ts';
import { SourceParser } from '../../lib/parse/source-parser.ts';

export function csvParser(
  kernel: Kernel,
  plan: MappingPlan,
  options: CsvCutterOptions = {},
): SourceParser {
  return new SourceParser(
    new CsvCutter(kernel, options),
    new CsvBlockParser(kernel, plan, options),
  );
}

export function jsonParser(
  kernel: Kernel,
  plan: MappingPlan,
  options: JsonCutterOptions,
): SourceParser {
  const blocks = new LineBlockParser(kernel, plan, { ...options, continuous: true });
  return new SourceParser(new JsonCutter(kernel, options), blocks);
}
