import t from 'tap';
import {
  bareEtag,
  conditionEtag,
  etagOf,
  modifiedOf,
  partEtag,
  versionOf,
} from '../../../lib/store/s3/etag.ts';

const HASH = '9e107d9d372bb6826bd81d3542a419d6';

t.test('every form of an ETag is the same one', async (t) => {
  for (const form of [HASH, `"${HASH}"`, `W/"${HASH}"`, `W/${HASH}`, ` "${HASH}" `]) {
    t.equal(bareEtag(form), HASH, form);
  }
  for (const form of [undefined, '', '""', 'W/""']) t.equal(bareEtag(form), '');
  t.equal(bareEtag(`"${HASH}-12"`), `${HASH}-12`, 'of an upload in parts');
  t.not(bareEtag('"a"'), bareEtag('"b"'));
});

t.test('a version has the bare ETag and the time', async (t) => {
  const at = new Date('2023-01-01T10:00:00.123Z');
  for (const etag of [HASH, `"${HASH}"`, `W/"${HASH}"`]) {
    const version = versionOf(etag, at);
    const object = { name: 'a', size: 1, version };
    t.equal(version, `${HASH} 2023-01-01T10:00:00.123Z`);
    t.equal(etagOf(object), HASH);
    t.equal(modifiedOf(object), at.getTime());
    t.equal(conditionEtag(object), `"${HASH}"`);
  }
  const without = { name: 'a', size: 1, version: versionOf(undefined, at) };
  t.equal(etagOf(without), '');
  t.equal(conditionEtag(without), undefined);
  t.ok(Number.isNaN(modifiedOf({ name: 'a', size: 1, version: versionOf(HASH, undefined) })));
});

t.test('the ETag of a part goes back as it came, but not weak', async (t) => {
  t.equal(partEtag(`W/"${HASH}"`), `"${HASH}"`);
  t.equal(partEtag(`"${HASH}"`), `"${HASH}"`);
  t.equal(partEtag(HASH), HASH);
});
