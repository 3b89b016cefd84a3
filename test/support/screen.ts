/** Replaces the size and time of a run, and its speeds if it took a second or more: they differ from run to run. */
export function withoutFigures(text: string): string {
  return text.replace(
    /[\d.]+ (?:[kMG]?B|bytes?) in (?:[\d.]+ s|[\d:]+)(?:, [^\n]*events\/s)?/g,
    'SIZE in TIME',
  );
}
