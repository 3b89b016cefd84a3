// User code for every event, between the parser and the checks:
//
//   npx hackle-import samples/events.ndjson --transform samples/transform.js --to out
//
// It gets the vendor's columns after the mapping, every value as exact text. It returns the event, several events, or
// null to leave the event out (counted as filtered). If it throws, the event is rejected with the error's message, and
// the run continues.

/** @type {import('hackle-import').EventTransform} */
export default function transform(event) {
  // Debug builds run on developers' devices, not on customers'.
  if (event.platform_properties.versionname?.endsWith('-DEBUG')) return null;

  // Two versions of the app use different names for the same event.
  if (event.event_key === 'push_open') event.event_key = 'push_opened';

  // Maps are plain objects of strings. Number() is exact enough for a comparison.
  const { Quantity: quantity } = event.event_properties;
  if (quantity) event.event_properties.is_bulk = String(Number(quantity) > 2);

  // A purchase also becomes a second event, the end of a search, which needs a separate id.
  if (event.event_key === 'purchase') {
    return [
      event,
      { ...event, insert_id: otherId(event.insert_id), event_key: 'converted', metric_value: null },
    ];
  }
  return event;
}

/**
 * Returns another id, which is the same in every run: the vendor drops events whose id it has seen.
 * @param {string | null} id
 */
function otherId(id) {
  if (id === null) throw new Error('a purchase without insert_id');
  const last = Number.parseInt(id.slice(-1), 16) ^ 1;
  return id.slice(0, -1) + last.toString(16);
}
