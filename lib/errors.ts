/** Codes of errors that end a run. They are stable: scripts may compare them. */
export type ErrorCode =
  | 'E_USAGE'
  | 'E_INPUT_NOT_FOUND'
  | 'E_INPUT_READ'
  | 'E_INPUT_TRUNCATED'
  | 'E_INPUT_FORMAT'
  | 'E_UNSUPPORTED'
  | 'E_MAPPING'
  | 'E_DAY_COMPLETE'
  | 'E_STORE_WRITE'
  | 'E_STORE_CONFLICT'
  | 'E_REJECTS'
  | 'E_DEDUPE_SPILL'
  | 'E_DAYS_SPILL'
  | 'E_ROWS_LOST'
  | 'E_ABORTED'
  | 'E_INTERNAL';

/** Where in the input an error happened; lines count from 1, offsets are bytes of uncompressed input. */
export interface SourcePosition {
  source: string;
  line?: number;
  offset?: number;
}

/**
 * The one error class of this package. `message` says what was expected, what came and where;
 * `hint` says what to do about it.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly position: SourcePosition | undefined;
  /** UTC days that the run had begun to write; they have no `_SUCCESS`. */
  incompleteDays: readonly string[] = [];
  /** What the store could not clean up behind the run, and what would: sentences for a person. */
  leftovers: readonly string[] = [];

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; position?: SourcePosition; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.position = options.position;
  }
}
