import picocolors from 'picocolors';

export type Style = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream, where it and its user want them. */
export function styleFor(
  stream: { isTTY?: boolean },
  wanted: boolean,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Style {
  // https://no-color.org: set and not empty.
  const colors = wanted && stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return picocolors.createColors(colors);
}
