const MIB = 1 << 20;

/** The value of each option that is not given; options without a constant default are absent. */
export const DEFAULTS: {
  readonly followGrowth: 'off';
  readonly ifExists: 'fail';
  readonly allowShrink: false;
  readonly compression: 'snappy';
  /** About 80,000 events, whose distinct values still fit a dictionary. */
  readonly rowGroupSize: number;
  readonly fileSize: number;
  readonly dryRun: false;
  readonly maxLine: number;
  readonly insertId: 'uuid';
  readonly limits: 'warn';
  readonly identifiers: 'map';
  readonly flatten: false;
  readonly dedupe: false;
  /** Holds 4.8 million ids. */
  readonly dedupeMemory: number;
  readonly allowEmpty: false;
  readonly anyDay: false;
  readonly unfinished: 'leave';
  readonly minEvents: number;
  readonly maxRejects: number;
  readonly memory: number;
} = {
  followGrowth: 'off',
  ifExists: 'fail',
  allowShrink: false,
  compression: 'snappy',
  rowGroupSize: 12 * MIB,
  fileSize: 256 * MIB,
  dryRun: false,
  maxLine: 16 * MIB,
  insertId: 'uuid',
  limits: 'warn',
  identifiers: 'map',
  flatten: false,
  dedupe: false,
  dedupeMemory: 256 * MIB,
  allowEmpty: false,
  anyDay: false,
  unfinished: 'leave',
  minEvents: 1,
  maxRejects: 0,
  memory: 256 * MIB,
};
