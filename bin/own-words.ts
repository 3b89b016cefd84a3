/** Returns the arguments before `--`. Those after it are names of inputs, or a command with flags of its own. */
export function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}
