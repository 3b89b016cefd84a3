// Page headers are the bytes that parquetjs' Thrift writes.
import fc from 'fast-check';
import { test } from 'tap';
import { Encoding, PageType, Type } from '../../lib/parquet/format.ts';
import { dataPageHeader, dictionaryPageHeader } from '../../lib/parquet/page-header.ts';
import { serializeThrift, thrift } from '../../lib/parquet/thrift.ts';
import { rounds } from '../support/rounds.ts';

const size = fc.oneof(fc.nat(300), fc.nat());
const sizes = fc.record({ values: size, uncompressed: size, compressed: size });

test('data pages', async () => {
  fc.assert(
    fc.property(sizes, fc.boolean(), (page, isPlain) => {
      const expected = serializeThrift(
        new thrift.PageHeader({
          type: thrift.PageType.DATA_PAGE,
          uncompressed_page_size: page.uncompressed,
          compressed_page_size: page.compressed,
          data_page_header: new thrift.DataPageHeader({
            num_values: page.values,
            encoding: isPlain ? thrift.Encoding.PLAIN : thrift.Encoding.PLAIN_DICTIONARY,
            definition_level_encoding: thrift.Encoding.RLE,
            repetition_level_encoding: thrift.Encoding.RLE,
          }),
        }),
      );
      return dataPageHeader(page, isPlain).equals(expected);
    }),
    { numRuns: rounds(100) },
  );
});

test('dictionary pages', async () => {
  fc.assert(
    fc.property(sizes, (page) => {
      const expected = serializeThrift(
        new thrift.PageHeader({
          type: thrift.PageType.DICTIONARY_PAGE,
          uncompressed_page_size: page.uncompressed,
          compressed_page_size: page.compressed,
          dictionary_page_header: new thrift.DictionaryPageHeader({
            num_values: page.values,
            encoding: thrift.Encoding.PLAIN_DICTIONARY,
            is_sorted: false,
          }),
        }),
      );
      return dictionaryPageHeader(page).equals(expected);
    }),
    { numRuns: rounds(100) },
  );
});

test('numbers are those of parquet.thrift', async (t) => {
  t.match(thrift.Type, Type);
  t.match(thrift.Encoding, Encoding);
  t.match(thrift.PageType, PageType);
});
