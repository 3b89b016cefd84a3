import { tmpdir } from 'node:os';
import { ImportError } from '../../errors.ts';
import { openTempFile, type TempFile } from '../../temp-file.ts';
import type { InputFile } from '../input-file.ts';
import { InputSource } from '../input-source.ts';
import { closeInput, openInput } from '../open-input.ts';
import { readError } from '../read.ts';
import type { Source } from '../source.ts';
import type { ZipMember } from './directory.ts';

/** Returns the members of a ZIP file as sources, named `archive.zip:member`. */
export async function zipSources(archive: InputFile): Promise<Source[]> {
  const { listZip, readZipMember } = await zip();
  const path = archive.name;
  const file = await openInput(path);
  try {
    return (await listZip(path, file)).map((member) =>
      memberSource(
        `${path}:${member.name}`,
        member,
        async function* (name, signal) {
          const again = await openInput(path);
          try {
            yield* readZipMember(name, again, member, signal);
            await archive.assertUnchanged(() => again.stat({ bigint: true }));
          } finally {
            await closeInput(again);
          }
        },
        archive,
      ),
    );
  } finally {
    await closeInput(file);
  }
}

/**
 * Yields the members of a ZIP that comes as a stream. The directory of a ZIP is at its end, so the archive is first
 * written to a temporary file, which takes as much disk space as the archive until the iteration ends. Each source
 * must be read before the next one is requested.
 */
export async function* zipSourcesOfStream(
  name: string,
  stored: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Source, void, undefined> {
  const { file, close } = await temporary(name, openTempFile());
  try {
    await writeTo(name, file, stored, signal);
    const { listZip, readZipMember } = await zip();
    for (const member of await listZip(name, file)) {
      yield memberSource(`${name}:${member.name}`, member, (source, memberSignal) =>
        readZipMember(source, file, member, memberSignal),
      );
    }
  } finally {
    await close();
  }
}

/** Loads the code that reads archives, when the first one is met. */
async function zip(): Promise<typeof import('./directory.ts') & typeof import('./member.ts')> {
  return { ...(await import('./directory.ts')), ...(await import('./member.ts')) };
}

function memberSource(
  name: string,
  member: ZipMember,
  read: (name: string, signal: AbortSignal) => AsyncIterable<Uint8Array>,
  archive?: InputFile,
): Source {
  // The size before compression, because only the decompressed bytes are counted here.
  return new MemberSource(name, member.size, (signal) => read(name, signal), archive);
}

/** A member of an archive. What it yields is decompressed. */
class MemberSource extends InputSource {
  override async suitsOneThread(): Promise<boolean> {
    return this.file !== undefined;
  }
}

async function writeTo(
  name: string,
  file: TempFile['file'],
  stored: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const chunk of stored) await temporary(name, file.writeFile(chunk));
  } catch (error) {
    throw readError(error, name, signal);
  }
}

/** Reports a failure of the temporary file as such, and not as one of the input. */
async function temporary<T>(name: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw new ImportError(
      'E_INPUT_READ',
      `${name}: the ZIP archive cannot be kept in a temporary file in ${tmpdir()}: ${(cause as Error).message}`,
      {
        hint: 'It takes as much space as the archive. Set TMPDIR to another folder, or pass the archive as a file.',
        position: { source: name },
        cause,
      },
    );
  }
}
