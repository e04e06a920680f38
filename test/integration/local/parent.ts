import { startPostgres } from '../../../local/postgres';
import { startTemporalServer } from '../../../local/temporal-server';

/**
 * `parent.ts postgres <data folder>` or `parent.ts temporal <command> <data file>`: starts that server, says what a
 * test needs to find it, and stays until it is killed.
 */
const [kind, first = '', second = ''] = process.argv.slice(2);
const log = (): void => undefined;

async function start(): Promise<object> {
  if (kind === 'postgres') {
    const { url, dataDir, version } = await startPostgres({ dataDir: first, log });
    return { url, dataDir, version, uid: process.getuid?.() };
  }
  const { address } = await startTemporalServer({
    command: first,
    dataFile: second,
    port: 0,
    uiPort: 0,
    log,
  });
  return { address };
}

start().then(
  (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
