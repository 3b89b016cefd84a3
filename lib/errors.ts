/**
 * Codes of errors that end a run. They are stable: scripts may compare them. `meaning` and `advice` are for
 * a page that explains them; each error has a message and mostly a hint of its own.
 */
export const ERRORS = {
  E_USAGE: {
    meaning: 'An option, an argument or the order of stages is wrong.',
    advice: 'Change the call as the message says.',
    exitCode: 2,
  },
  E_INPUT_NOT_FOUND: {
    meaning: 'An input does not exist, or a pattern matches nothing.',
    advice: 'Check the path or URL.',
    exitCode: 1,
  },
  E_INPUT_READ: {
    meaning: 'An input exists but cannot be read.',
    advice: 'Check its permissions and the network, then run the same command again.',
    exitCode: 1,
  },
  E_INPUT_CHANGED: {
    meaning: 'An input changed while it was read, or, with settle, shortly before.',
    advice: 'Wait until the program that writes it has finished, then run the same command again.',
    exitCode: 1,
  },
  E_INPUT_COMMAND: {
    meaning: 'The command whose output is the input failed or could not be run.',
    advice: 'Repair what its last lines of standard error say, then run the same command again.',
    exitCode: 1,
  },
  E_INPUT_TRUNCATED: {
    meaning: 'An input ends in the middle of compressed data or of a JSON document.',
    advice: 'Copy or download the file again.',
    exitCode: 1,
  },
  E_INPUT_FORMAT: {
    meaning: 'An input is not in the expected format, or the format cannot be detected.',
    advice: 'Name the format with --format, or repair the file at the place in the message.',
    exitCode: 1,
  },
  E_UNSUPPORTED: {
    meaning: 'This version, or this version of Node, cannot do what is asked for.',
    advice: 'Use a newer Node or the alternative that the message names.',
    exitCode: 1,
  },
  E_MAPPING: {
    meaning: 'A mapping is wrong.',
    advice: 'Correct the paths that the message lists.',
    exitCode: 1,
  },
  E_DAY_COMPLETE: {
    meaning: 'A day of the input is complete in the target, and ifExists is fail.',
    advice: 'Keep the day with --if-exists skip, or write it anew with --if-exists replace.',
    exitCode: 1,
  },
  E_DAY_SHRINKS: {
    meaning: 'A complete day would be replaced by fewer events than its files have.',
    advice:
      'Give one run all inputs with events of that day, or replace it all the same with --allow-shrink.',
    exitCode: 1,
  },
  E_STORE_WRITE: {
    meaning: 'The target refused a request, or could not be reached.',
    advice: 'Check permissions, the disk and the network, then run the same command again.',
    exitCode: 1,
  },
  E_STORE_CONFLICT: {
    meaning: 'Another program wrote to the same days at the same time.',
    advice: 'Run one import per target at a time, then run the same command again.',
    exitCode: 1,
  },
  E_DEDUPE_SPILL: {
    meaning: 'The temporary file for remembered insert_ids cannot be written or read.',
    advice: 'Free some disk space, or name another folder in TMPDIR.',
    exitCode: 1,
  },
  E_DAYS_SPILL: {
    meaning: 'The temporary file for rows of many days cannot be written or read.',
    advice: 'Free some disk space, or name another folder in TMPDIR.',
    exitCode: 1,
  },
  E_ROWS_LOST: {
    meaning: 'Rows read are not the sum of rows written, rejected and filtered.',
    advice: 'This is a defect of this program. Nothing was committed; please report it.',
    exitCode: 1,
  },
  E_ABORTED: {
    meaning: 'The run was stopped before it was complete.',
    advice: 'Run the same command again.',
    exitCode: 1,
  },
  E_INTERNAL: {
    meaning: 'Something happened that cannot happen.',
    advice: 'This is a defect of this program. Please report it with the output of --debug.',
    exitCode: 1,
  },
} as const;

/** Codes of errors that end a run. They are stable: scripts may compare them. */
export type ErrorCode = keyof typeof ERRORS;

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
  /** UTC days of which it is not known whether they have `_SUCCESS`, because the store did not answer. */
  uncertainDays: readonly string[] = [];
  /** What the store could not clean up after the run, and how to remove it: sentences for a person. */
  leftovers: readonly string[] = [];
  /** What a server does unlike its protocol, and which check took its place: sentences for a person. */
  notes: readonly string[] = [];

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
