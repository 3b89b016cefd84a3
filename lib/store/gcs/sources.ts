import { ImportError } from '../../errors.ts';
import type { Source } from '../../source/source.ts';
import { StreamSource } from '../../source/stream-source.ts';
import { type BucketLocation, parseBucketUrl } from '../bucket-url.ts';
import { byName } from '../by-name.ts';
import { parseKeyPattern } from '../key-pattern.ts';
import type { StoreOptions } from '../options.ts';
import { GcsClient } from './client.ts';
import { type GcsObject, readAction, readObject } from './read-object.ts';

interface Resource {
  name: string;
  size: string;
  generation: string;
  crc32c?: string;
}

const FIELDS = 'name,size,generation,crc32c';

/**
 * Finds the objects that a `gs://` URL names: one, or those that match a pattern, sorted by name. It needs the
 * permission storage.objects.get, and for patterns also storage.objects.list.
 *
 * @throws ImportError E_USAGE, E_INPUT_NOT_FOUND, E_INPUT_READ
 */
export async function gcsSources(url: string, options: StoreOptions): Promise<Source[]> {
  const location = parseBucketUrl(url);
  const { bucket } = location;
  const client = new GcsClient(bucket, options);
  const objects = await findObjects(client, location, options.signal);
  return objects.sort(byName).map((object) => {
    const name = client.url(object.name);
    return new StreamSource(name, object.size, (signal) => readObject(client, object, signal));
  });
}

async function findObjects(
  client: GcsClient,
  { url, key }: BucketLocation,
  signal: AbortSignal | undefined,
): Promise<GcsObject[]> {
  if (key === '') {
    throw new ImportError('E_USAGE', `expected an object or a pattern, got the bucket ${url}`, {
      hint: `Name its objects with a pattern, in quotes: '${url}/*.ndjson'`,
    });
  }
  const pattern = parseKeyPattern(key);
  if (pattern === undefined) {
    const action = readAction(client, key, 'storage.objects.get');
    const describe = async (): Promise<GcsObject> => {
      const [metadata] = await client.bucket.file(key).getMetadata();
      return describeObject(metadata as Resource);
    };
    return [await client.retry(action, describe, signal)];
  }
  const found: GcsObject[] = [];
  const action = { ...readAction(client, pattern.prefix, 'storage.objects.list'), verb: 'list' };
  for await (const page of client.pages<Resource>(pattern.prefix, FIELDS, action, signal)) {
    // Google's console creates an object whose name ends with / as a folder.
    const files = page.filter(({ name }) => pattern.matches(name) && !name.endsWith('/'));
    found.push(...files.map(describeObject));
  }
  if (found.length === 0) {
    throw new ImportError('E_INPUT_NOT_FOUND', `${url}: no object matches this pattern`, {
      hint: '* matches within a folder, ** across folders.',
      position: { source: url },
    });
  }
  return found;
}

function describeObject({ name, size, generation, crc32c }: Resource): GcsObject {
  return { name, size: Number(size), generation, crc32c };
}
