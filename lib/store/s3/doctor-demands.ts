import type { S3Demands } from './demands.ts';

/** An option that a bucket may demand. */
interface Demand {
  flag: string;
  demands: S3Demands;
}

const PAYER: Demand = { flag: '--request-payer', demands: { requestPayer: true } };
const ACL: Demand = {
  flag: '--acl bucket-owner-full-control',
  demands: { acl: 'bucket-owner-full-control' },
};
const ENCRYPTIONS: readonly Demand[] = (['AES256', 'aws:kms', 'aws:kms:dsse'] as const).map(
  (sse) => ({ flag: `--sse ${sse}`, demands: { sse } }),
);

/** What is tried on any request that was denied, and on one that writes an object: one option, then two. */
const ON_ANY: readonly (readonly Demand[])[] = [[PAYER]];
const ON_WRITES: readonly (readonly Demand[])[] = [
  [PAYER],
  [ACL],
  ...ENCRYPTIONS.map((encryption) => [encryption]),
  ...ENCRYPTIONS.map((encryption) => [encryption, ACL]),
];

/**
 * Finds out what a bucket demands of requests: a policy may deny those without certain headers, and S3 does not say
 * which. A request that was denied is sent again with each of them.
 *
 * @param given the options of the run; those that are found are added, for the requests that follow
 * @returns the options that it takes, as flags; undefined if it is denied all the same
 */
export async function findDemand(
  given: S3Demands,
  request: () => Promise<unknown>,
  isWrite: boolean,
): Promise<string | undefined> {
  const before = { ...given };
  for (const options of isWrite ? ON_WRITES : ON_ANY) {
    const added = Object.assign({}, ...options.map(({ demands }) => demands)) as S3Demands;
    if (Object.keys(added).some((name) => before[name as keyof S3Demands] !== undefined)) continue;
    Object.assign(given, added);
    try {
      await request();
      return options.map(({ flag }) => flag).join(' ');
    } catch {
      // Denied again, or refused for another reason: either way this is not what is demanded.
      for (const name of Object.keys(added)) delete given[name as keyof S3Demands];
    }
  }
  return undefined;
}

/** Says what the denial of a request means where the server says that a policy forbids it. */
export function explicitDenial(error: unknown): string | undefined {
  const { message = '' } = error as { message?: string };
  if (!/explicit deny/i.test(message)) return undefined;
  return 'a policy denies it explicitly, whatever else is granted; if it demands a certain key or ACL, name it: --sse aws:kms --sse-kms-key-id KEY, --acl NAME';
}
