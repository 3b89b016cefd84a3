import picocolors from 'picocolors';

/** Functions that colour text. */
export type Style = ReturnType<typeof picocolors.createColors>;

/** Returns colours for a stream, or none where it is no terminal or the user wants none. */
export function styleFor(
  stream: { isTTY?: boolean },
  wanted: boolean,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Style {
  // https://no-color.org: the variable counts where it is set and not empty.
  const colors = wanted && stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return picocolors.createColors(colors);
}
