import type { FindingCode } from '../finding.ts';

/** Thrown where a page cannot be read: the rest of the column's row group is not looked at. */
export class Damage extends Error {
  readonly code: FindingCode;

  constructor(code: FindingCode, message: string) {
    super(message);
    this.code = code;
  }
}
