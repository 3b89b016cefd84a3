/** Ways in which some servers, and proxies before them, do not do what S3 does. */
const SENTENCES = {
  'no-etags':
    'the listing has no ETags: objects are compared by size, time and the mark of this run, and requests that change them have no conditions',
  'head-differs':
    "the listing and HEAD give different ETags: this run's files are recognised by its mark in their metadata",
  'get-differs':
    'the listing and GET give different ETags: what is read is compared by size and time, and the listing is read again',
  'copy-differs':
    'a copy does not accept the ETag of the listing: the listing is compared before and after each copy',
  'no-metadata':
    "the server, or a proxy before it, removes the metadata of objects: this run's files are recognised by reading them again and comparing a checksum (CRC32C)",
  'changing-etags':
    "ETags or times of objects change although nobody writes them: this run's files are recognised by its mark or their checksum",
} as const;

export type Oddity = keyof typeof SENTENCES;

/** What a run has noticed about a server that is unlike S3. Each is reported once. */
export class Oddities {
  readonly #bucket: string;
  readonly #onNote: ((note: string) => void) | undefined;
  readonly #noticed = new Set<Oddity>();

  constructor(bucket: string, onNote: ((note: string) => void) | undefined) {
    this.#bucket = bucket;
    this.#onNote = onNote;
  }

  has(oddity: Oddity): boolean {
    return this.#noticed.has(oddity);
  }

  notice(oddity: Oddity): void {
    if (this.#noticed.has(oddity)) return;
    this.#noticed.add(oddity);
    this.#onNote?.(`s3://${this.#bucket}: ${SENTENCES[oddity]}`);
  }
}
