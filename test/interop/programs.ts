// Parquet readers that are libraries: small programs of this folder use them, built once into the cache.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage } from '../support/command.ts';
import { cached } from './cache.ts';

/** A command that reads output folders: its arguments are the file of results, then the folders. */
export interface Program {
  command: string;
  args: readonly string[];
}

/** A reader by its name and version. */
export interface ProgramReader {
  name: string;
  version: string;
  /** What it needs, each with the argument by which it tells its version. */
  needs: Readonly<Record<string, string>>;
  build(): Promise<Program>;
}

/** The newest release on crates.io; Cargo.lock has the versions of everything else. */
const ARROW_RS = '60.1.0';
/** The newest release on Maven Central. */
const PARQUET_JAVA = '1.18.1';

const BUILDING = { stdio: ['ignore', 'ignore', 'pipe'] as ('ignore' | 'pipe')[] };

const arrowRs: ProgramReader = {
  name: 'arrow-rs',
  version: ARROW_RS,
  needs: { cargo: '--version' },
  async build() {
    const source = inPackage('test/interop/arrow-rs');
    const files = ['Cargo.toml', 'Cargo.lock', 'src/main.rs'];
    const folder = await cached(named('arrow-rs', ARROW_RS, source, files), (folder) => {
      cpSync(source, folder, { recursive: true });
      execFileSync('cargo', ['build', '--release', '--locked', '--quiet'], {
        ...BUILDING,
        cwd: folder,
      });
    });
    return { command: join(folder, 'target', 'release', 'read-with-arrow-rs'), args: [] };
  },
};

const parquetJava: ProgramReader = {
  name: 'parquet-java',
  version: PARQUET_JAVA,
  needs: { java: '-version', javac: '-version', mvn: '--version' },
  async build() {
    const source = inPackage('test/interop/parquet-java');
    const files = ['pom.xml', 'Read.java'];
    const folder = await cached(named('parquet-java', PARQUET_JAVA, source, files), (folder) => {
      const jars = join(folder, 'jars');
      mkdirSync(jars);
      copyFileSync(join(source, 'pom.xml'), join(folder, 'pom.xml'));
      const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
      execFileSync('mvn', ['--batch-mode', '--quiet', goal, `-DoutputDirectory=${jars}`], {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: folder,
      });
      const javac = ['-classpath', join(jars, '*'), '-d', folder, join(source, 'Read.java')];
      execFileSync('javac', javac, BUILDING);
    });
    const classpath = `${folder}:${join(folder, 'jars', '*')}`;
    return { command: 'java', args: ['-Xmx2g', '-classpath', classpath, 'Read'] };
  },
};

export const PROGRAM_READERS: readonly ProgramReader[] = [arrowRs, parquetJava];

/** The first of the programs that a reader needs and that is not here. */
export function missing({ needs }: ProgramReader): string | undefined {
  return Object.keys(needs).find(
    (command) => spawnSync(command, [needs[command] as string]).status !== 0,
  );
}

/** A name in the cache that changes with the sources, so that a changed program is built anew. */
function named(name: string, version: string, folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(folder, file)));
  return `${name}-${version}-${hash.digest('hex').slice(0, 12)}`;
}
