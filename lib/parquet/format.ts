// The numbers from apache/parquet-format's parquet.thrift that pages and column chunks need. They are here so
// that worker threads need not load Thrift, which takes longer than starting the thread.

export const Type = { INT64: 2, BYTE_ARRAY: 6, FIXED_LEN_BYTE_ARRAY: 7 } as const;
export const Encoding = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 } as const;
export const PageType = { DATA_PAGE: 0, DICTIONARY_PAGE: 2 } as const;
