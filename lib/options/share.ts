/** Reads a share such as `5%`; true is all. Returns undefined for what is none. */
export function readShare(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const [, digits] = /^(\d{1,3}(?:\.\d{1,9})?)%$/.exec(String(value)) ?? [];
  const share = Number(digits) / 100;
  return share > 0 && share <= 1 ? share : undefined;
}

/** Returns a checked share as a number from 0 to 1; undefined is none. */
export function parseShare(value: boolean | string | undefined): number {
  return readShare(value ?? false) ?? 0;
}
