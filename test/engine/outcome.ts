// What a run of the engine gave, in a form that runs with other threads must give too.
import type { RejectRecord, Report } from '../../lib/report.ts';
import { duckdb } from '../support/read-parquet.ts';

export interface Outcome {
  folder: string;
  report: Report;
  rejects: RejectRecord[];
}

/** Number of rows in an output, and a hash of all their values that does not depend on their order. */
export async function fingerprint(folder: string): Promise<unknown> {
  const connection = await duckdb();
  const reader = await connection.runAndReadAll(
    `select dt::varchar, count(*)::varchar, sum(hash(columns(* exclude dt)::varchar))::varchar
     from read_parquet('${folder}/dt=*/*.parquet', hive_partitioning = true) group by dt order by dt`,
  );
  return reader.getRowsJson();
}

/** A report without its speed and the cut of its files. */
export function counts({ partitions, ...rest }: Report): object {
  return {
    ...rest,
    seconds: 0,
    partitions: partitions.map(({ day, rows }) => ({ day, rows })),
  };
}
