import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeExit, startProcess } from './process';

/** What to obtain and where to put it; both ways of getting the command share it. */
export interface TemporalTarget {
  /** The path of the executable to be; it appears there complete or not at all. */
  readonly file: string;
  /** Without a leading "v". */
  readonly version: string;
  readonly log: (message: string) => void;
  readonly signal?: AbortSignal;
}

const probeMs = 3000;

/** The SDK only downloads as a part of starting a server, so one is started and stopped. */
const downloadScript = `
const [testing, version, downloadDir] = process.argv.slice(1);
const executable = { type: 'cached-download', version, downloadDir };
require(testing).TestWorkflowEnvironment.createLocal({ server: { executable } }).then((it) => it.teardown());
`;

/**
 * Lets the Temporal SDK download the command from temporal.download into `target.file`; in a process of its own, since
 * the SDK's native runtime can be set up only once in a process.
 * @throws Error when `url` does not answer within 3 s (the SDK itself would try for minutes), when the SDK's testing
 * package is not installed, or when the download fails.
 */
export async function downloadTemporal(
  target: TemporalTarget,
  url = 'https://temporal.download',
): Promise<void> {
  const testing = require.resolve('@temporalio/testing');
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
    // A busy machine may miss the SDK's 5 s for the server to answer; a complete file is there all the same.
    const downloaded = readdirSync(folder).find((name) => !name.endsWith('.downloading'));
    if (downloaded === undefined) throw new Error(`the SDK ${describeExit(exit)} without a file`);
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
