/**
 * The time by this machine's clock, in milliseconds since 1970. Tests give another one in the environment, as
 * HACKLE_IMPORT_NOW=2023-01-02T03:04:05Z.
 */
export function now(): number {
  const given = process.env.HACKLE_IMPORT_NOW;
  return given === undefined ? Date.now() : Date.parse(given);
}
