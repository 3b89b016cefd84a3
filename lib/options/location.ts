import { ImportError } from '../errors.ts';
import { shownUrl } from '../store/bucket-url.ts';
import { cloudOf } from '../store/clouds.ts';

/**
 * Returns a place as text. The parts of a run take bucket names as they are written, but a `URL` object has
 * spaces and letters such as `é` percent-encoded: its path is decoded here.
 *
 * @throws ImportError E_USAGE for a bucket's URL with a query or fragment, or with a broken percent code
 */
export function locationText(place: URL): string {
  if (cloudOf(place.href) === undefined) return place.href;
  if (place.search !== '' || place.hash !== '') {
    throw new ImportError(
      'E_USAGE',
      `expected a URL without a query or fragment, got ${shownUrl(place.href).replace(/#.*/s, '#…')}`,
      { hint: 'In a URL object write ? as %3F and # as %23, or give the URL as a string.' },
    );
  }
  try {
    return decodeURIComponent(place.href);
  } catch (cause) {
    throw new ImportError(
      'E_USAGE',
      `expected a URL in UTF-8, got ${shownUrl(place.href)}, which has a broken percent code`,
      { hint: 'Write a percent sign as %25, or give the URL as a string.', cause },
    );
  }
}
