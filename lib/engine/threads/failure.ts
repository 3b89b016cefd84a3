import { ImportError } from '../../errors.ts';
import type { Failure } from './protocol.ts';

/** An error as it can be sent: its class would be lost on the way. */
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

/** The error that was sent, with the worker's stack as its cause. */
export function errorOf({ code, message, stack, hint, position }: Failure): ImportError {
  return new ImportError(code ?? 'E_INTERNAL', message, {
    ...(hint !== undefined && { hint }),
    ...(position !== undefined && { position }),
    cause: Object.assign(new Error(message), { stack }),
  });
}
