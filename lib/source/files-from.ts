import { readFile } from 'node:fs/promises';
import { ImportError } from '../errors.ts';
import { inputError } from './input-error.ts';

/**
 * Reads the names of inputs from a file, one a line; `-` is standard input. Empty lines are left out.
 *
 * @throws ImportError E_INPUT_… if the file cannot be read, or is no UTF-8
 */
export async function inputsFrom(file: string): Promise<string[]> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await readStdin() : await readFile(file);
  } catch (error) {
    throw inputError(error, file);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ImportError('E_INPUT_FORMAT', `${file}: expected names in UTF-8, got other bytes`, {
      hint: 'Write one input a line.',
      cause,
    });
  }
  const names = text.split(/\r?\n/).filter((name) => name.trim() !== '');
  if (names.length > 0) return names;
  throw new ImportError('E_INPUT_NOT_FOUND', `${file}: expected names of inputs, got none`, {
    hint: 'Write one input a line: a path, a pattern or a URL.',
    position: { source: file },
  });
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
