// User code for every event, between the parser and the checks:
//
//   npx hackle-import samples/events.ndjson --transform samples/transform.js --to out
//
// It gets the vendor's columns after the mapping, every value as exact text, and gives back the event,
// several events, or null to leave it out (counted as filtered). What it throws rejects the event with
// that message; the run goes on.

/** @type {import('hackle-import').EventTransform} */
export default function transform(event) {
  // Builds of developers are nobody's customers.
  if (event.platform_properties.versionname?.endsWith('-DEBUG')) return null;

  // One name for what two versions of the app call differently.
  if (event.event_key === 'push_open') event.event_key = 'push_opened';

  // Maps are plain objects of texts; Number() is exact enough for a comparison.
  const { Quantity: quantity } = event.event_properties;
  if (quantity) event.event_properties.is_bulk = String(Number(quantity) > 2);

  // A purchase is also the end of a search, an event of its own, with an id of its own.
  if (event.event_key === 'purchase') {
    return [
      event,
      { ...event, insert_id: otherId(event.insert_id), event_key: 'converted', metric_value: null },
    ];
  }
  return event;
}

/**
 * The same id in every run: the vendor drops events whose id it has seen.
 * @param {string | null} id
 */
function otherId(id) {
  if (id === null) throw new Error('a purchase without insert_id');
  const last = Number.parseInt(id.slice(-1), 16) ^ 1;
  return id.slice(0, -1) + last.toString(16);
}
