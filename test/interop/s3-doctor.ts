import assert from 'node:assert/strict';
import { examine, policyFor } from '../../lib/doctor/doctor.ts';
import type { Diagnosis } from '../../lib/doctor/examination.ts';
import { run } from '../support/command.ts';

interface Policy {
  Version: string;
  Statement: { Action: string | string[]; Principal?: object; Resource?: string | string[] }[];
}

/**
 * `doctor` and `policy` held against a server with real policies. The prefix must have an object that
 * somebody else wrote, and no other that sorts before it: Ceph lets whoever wrote an object read it.
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
  const diagnose = (): Promise<Diagnosis> => examine(url, { s3: { endpoint } });
  const named = ({ findings }: Diagnosis): Record<string, string> =>
    Object.fromEntries(
      findings
        .filter(({ outcome }) => outcome !== 'granted')
        .map(({ permission, outcome }) => [permission, outcome]),
    );

  const own = await diagnose();
  // Under the vendor's condition on the prefix, which this action does not have.
  assert.deepEqual(named(own), { 's3:GetBucketLocation': 'unneeded' });
  assert.ok(own.ok && own.grant === undefined, JSON.stringify(own));
  const { code, stdout } = await run(['doctor', url, '--endpoint', endpoint]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /not needed s3:GetBucketLocation .* an import works without it/);
  assert.match(stdout, /Every permission that an import takes is granted/);

  const { Statement } = JSON.parse(vendor) as Policy;
  const Principal = Statement[0]?.Principal;
  const printed = policyFor(url).json as Policy;
  const attachWithout = (taken?: string): Promise<unknown> =>
    attach({
      ...printed,
      Statement: printed.Statement.map((statement) => ({
        ...statement,
        Principal,
        // A statement has to have an action: one that is not asked for stands in.
        Action: [statement.Action]
          .flat()
          .map((action) => (action === taken ? 's3:PutObjectAcl' : action)),
      })),
    });
  await attachWithout();
  assert.deepEqual(named(await diagnose()), {});

  for (const taken of printed.Statement.flatMap(({ Action }) => Action)) {
    await attachWithout(taken);
    const diagnosis = await diagnose();
    const spared = taken === 's3:GetBucketLocation';
    const expected: Record<string, string> = { [taken]: spared ? 'unneeded' : 'missing' };
    assert.deepEqual([diagnosis.ok, named(diagnosis)], [spared, expected]);
    assert.equal(diagnosis.leftovers.length, taken === 's3:DeleteObject' ? 1 : 0);
  }
  // A Deny for what lacks a header, as owners of buckets write it.
  const demand = {
    Effect: 'Deny',
    Principal,
    Action: 's3:PutObject',
    Resource: [printed.Statement[0]?.Resource].flat(),
    Condition: { StringNotEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
  };
  const allowed = printed.Statement.map((statement) => ({ ...statement, Principal }));
  await attach({ ...printed, Statement: [...allowed, demand] });
  const denied = await diagnose();
  assert.deepEqual([denied.ok, named(denied)], [false, { 's3:PutObject': 'demanding' }]);
  const flags = ['--acl', 'bucket-owner-full-control'];
  const told = denied.findings.map((finding) => finding.demand).filter(Boolean);
  assert.deepEqual(told, [flags.join(' ')]);
  const given = await run(['doctor', url, '--endpoint', endpoint, ...flags]);
  assert.equal(given.code, 0, given.stdout);
  const imports = ['samples/events.ndjson', '--to', `${url}/demanding`, '--endpoint', endpoint];
  assert.equal((await run(imports)).code, 1);
  const imported = await run([...imports, ...flags]);
  assert.equal(imported.code, 0, imported.stderr);
  await attach(JSON.parse(vendor) as Policy);
}
