import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeExit, startProcess } from './process';
import { hashKey, judgeDownload, temporalHashes } from './temporal-hashes';

/** What to obtain and where to put it; both ways of getting the command share it. */
export interface TemporalTarget {
  /** The path of the executable to be; it appears there complete or not at all. */
  readonly file: string;
  /** Without a leading "v". */
  readonly version: string;
  readonly log: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** What a test puts in the place of the SDK's testing package, by its path, and of the recorded hashes. */
export interface DownloadParts {
  readonly testing?: string;
  readonly hashes?: Readonly<Record<string, string>>;
}

const probeMs = 3000;

/**
 * The SDK only downloads as a part of starting a server. Under this umask the file cannot be executed, so the start
 * fails and the file stays: nothing runs before its hash was judged.
 */
const downloadScript = `
process.umask(0o177);
const [testing, version, downloadDir] = process.argv.slice(1);
const executable = { type: 'cached-download', version, downloadDir };
require(testing).TestWorkflowEnvironment.createLocal({ server: { executable } }).then((it) => it.teardown());
`;

/**
 * Lets the Temporal SDK download the command from temporal.download into `target.file`; in a process of its own, since
 * the SDK's native runtime can be set up only once in a process.
 * @throws Error when `url` does not answer within 3 s (the SDK itself would try for minutes), when the SDK's testing
 * package is not installed, when the download fails, or when the file is another than the one whose hash is recorded.
 */
export async function downloadTemporal(
  target: TemporalTarget,
  url = 'https://temporal.download',
  { testing = require.resolve('@temporalio/testing'), hashes = temporalHashes }: DownloadParts = {},
): Promise<void> {
  await probe(url, target.signal);
  target.log(`Temporal: downloading version ${target.version} from ${url}`);
  const folder = join(dirname(target.file), `download-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const download = startProcess({
    name: 'download',
    command: process.execPath,
    args: ['-e', downloadScript, testing, `v${target.version}`, folder],
  });
  const onAbort = (): void => void download.stop({ graceMs: 2000 });
  target.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const exit = await download.exited;
    // Whether the server started or not, a complete file is there under its own name.
    const downloaded = readdirSync(folder).find((name) => !name.endsWith('.downloading'));
    if (downloaded === undefined) throw new Error(`the SDK ${describeExit(exit)} without a file`);
    // Before it is where it would be run from, here or by a later start.
    await judgeDownload(join(folder, downloaded), hashKey(target.version), target.log, hashes);
    chmodSync(join(folder, downloaded), 0o755);
    renameSync(join(folder, downloaded), target.file);
  } finally {
    target.signal?.removeEventListener('abort', onAbort);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function probe(url: string, signal?: AbortSignal): Promise<void> {
  const patience = AbortSignal.timeout(probeMs);
  try {
    const answer = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    await answer.body?.cancel();
  } catch {
    throw new Error(`${url} does not answer`);
  }
}
