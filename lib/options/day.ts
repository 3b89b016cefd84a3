/** Whether a text is a day that exists, written `YYYY-MM-DD`, in the years 0001 to 9999. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // JavaScript reads 2023-02-29 as the first of March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
