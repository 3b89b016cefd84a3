import { getSystemErrorMap } from 'node:util';

/** Makes the error of a call of the file system as `node:fs` reports it. */
export function systemError(code: string, syscall: string, target: string): Error {
  const [errno, [, text]] = [...getSystemErrorMap()].find(([, [name]]) => name === code) as [
    number,
    [string, string],
  ];
  const error = new Error(`${code}: ${text}, ${syscall} '${target}'`);
  return Object.assign(error, { errno, code, syscall, path: target });
}
