// The numbers from apache/parquet-format's parquet.thrift that pages and column chunks need. They are here so
// that worker threads need not load Thrift, which takes longer than starting the thread.

export const Type = { INT64: 2, BYTE_ARRAY: 6, FIXED_LEN_BYTE_ARRAY: 7 } as const;
/**
 * Pages with indices and dictionary pages are PLAIN_DICTIONARY, as in all files of version 1. The newer names of the same
 * bytes, RLE_DICTIONARY and PLAIN, belong to version 2, and readers such as Impala 3 refuse them.
 */
export const Encoding = { PLAIN: 0, PLAIN_DICTIONARY: 2, RLE: 3 } as const;
export const PageType = { DATA_PAGE: 0, DICTIONARY_PAGE: 2 } as const;
