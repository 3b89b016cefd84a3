import assert from 'node:assert/strict';
import { examine } from '../../lib/doctor/doctor.ts';
import type { Diagnosis } from '../../lib/doctor/examination.ts';
import { policyFor } from '../../lib/doctor/policy.ts';

interface Policy {
  Version: string;
  Statement: { Action: string | string[]; Principal?: object }[];
}

/**
 * `doctor` and `policy` held against a server with real policies.
 *
 * @param vendor the vendor's policy for the user, word for word
 * @param attach puts a policy in its place
 */
export async function checkDoctor(
  url: string,
  endpoint: string,
  vendor: string,
  attach: (policy: object) => Promise<unknown>,
): Promise<void> {
  const diagnose = (): Promise<Diagnosis> => examine(url, { endpoint });
  const missing = ({ findings }: Diagnosis): string[] =>
    findings.filter(({ outcome }) => outcome === 'missing').map(({ permission }) => permission);

  const own = await diagnose();
  assert.ok(own.ok, JSON.stringify(own));
  // Under the vendor's condition on the prefix, which this action does not have.
  assert.deepEqual(missing(own), ['s3:GetBucketLocation']);

  const { Statement } = JSON.parse(vendor) as Policy;
  const Principal = Statement[0]?.Principal;
  const printed = policyFor(url).json as Policy;
  await attach({
    ...printed,
    Statement: printed.Statement.map((statement) => ({ ...statement, Principal })),
  });
  assert.deepEqual(missing(await diagnose()), []);

  // Ceph lets whoever wrote an object read it, whatever the policy says.
  for (const taken of ['s3:ListBucket', 's3:PutObject', 's3:DeleteObject']) {
    await attach({
      ...printed,
      Statement: printed.Statement.map((statement) => ({
        ...statement,
        Principal,
        Action: [statement.Action]
          .flat()
          .map((action) => (action === taken ? 's3:PutObjectAcl' : action)),
      })),
    });
    const diagnosis = await diagnose();
    assert.equal(diagnosis.ok, false);
    assert.deepEqual(missing(diagnosis), [taken]);
    assert.equal(diagnosis.leftovers.length, taken === 's3:DeleteObject' ? 1 : 0);
  }
  await attach(JSON.parse(vendor) as Policy);
}
