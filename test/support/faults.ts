import { ImportError } from '../../lib/errors.ts';
import type { Finding } from '../../lib/verify/finding.ts';
import { verify } from '../../lib/verify/verify.ts';

/** The faults that `verify --deep` finds in a folder of days. What the program writes has none. */
export async function faultsIn(folder: string): Promise<Finding[]> {
  try {
    const { days, findings } = await verify(folder, { deep: true });
    const all = [...findings, ...days.flatMap((day) => day.findings)];
    return all.filter(({ kind }) => kind === 'fault');
  } catch (error) {
    if (error instanceof ImportError && error.code === 'E_INPUT_NOT_FOUND') return [];
    throw error;
  }
}
