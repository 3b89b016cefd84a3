// Numbers, sizes and text of the input, written for a person.

/** Writes 1234567 as `1,234,567`. Intl would take longer to load than the rest of the command. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Writes a number with its noun: `1 event`, `2 events`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Writes a value as JSON, which has no numbers of 64 bits: they become texts. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  );
}

const SIZE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** Writes bytes with three digits and a decimal unit: `982 bytes`, `1.21 GB`. */
export function size(bytes: number): string {
  return scaled(bytes, SIZE_UNITS).replace(/^1 bytes$/, '1 byte');
}

/** Writes a number with three digits: `312k`. */
export function short(value: number): string {
  return scaled(value, ['', 'k', 'M', 'G']).replace(' ', '');
}

function scaled(value: number, units: readonly string[]): string {
  let scale = 0;
  let rest = value;
  // From 999.5 on, rounding would give 1000.
  while (rest >= 999.5 && scale < units.length - 1) {
    rest /= 1000;
    scale++;
  }
  const digits = scale === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)} ${units[scale]}`;
}

/** Writes seconds as `0.4 s`, `1:05` or `2:01:00`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

/** Writes text of the input on one line, without control characters that a terminal would obey. */
export function printable(text: string, most = 300): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this replaces them
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
