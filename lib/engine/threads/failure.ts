import { ImportError } from '../../errors.ts';
import type { Failure } from './protocol.ts';

/** Converts an error to a message for another thread. Sent as it is, it would lose its class. */
export function failureOf(error: unknown): Failure {
  const known = error instanceof ImportError ? error : undefined;
  return {
    code: known?.code,
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
    hint: known?.hint,
    position: known?.position,
  };
}

/** Restores the error of a worker. Its `cause` has the worker's stack. */
export function errorOf({ code, message, stack, hint, position }: Failure): ImportError {
  return new ImportError(code ?? 'E_INTERNAL', message, {
    ...(hint !== undefined && { hint }),
    ...(position !== undefined && { position }),
    cause: Object.assign(new Error(message), { stack }),
  });
}
