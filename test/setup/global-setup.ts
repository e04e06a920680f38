import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresInstallations, type PostgresInstallation } from '../../local/postgres-binaries';
import { choosePostgres, startPostgres } from '../../local/postgres';
import { obtainTemporal } from '../../local/temporal-cli';
import { startTemporalServer } from '../../local/temporal-server';
import { searchAttributes } from '../../ops/search-attributes';
import { migrate } from '../../store';
import { closers } from './running';
import { isRunning } from './script';
import { execute, type PostgresServer, templateDatabase } from './servers';

const folderPrefix = 'cxone-sync-run-';

/** About as many as a whole run takes; beyond that tests make their own. */
const namespaceCount = 60;

const log = (message: string): void => void process.stdout.write(`${message}\n`);

/**
 * Starts, once per run of Jest, the real servers that tests work with, says which they are, and names them in the
 * environment of the test processes: `TEST_TEMPORAL_ADDRESS`, `TEST_TEMPORAL_UI`, `TEST_NAMESPACES`, `TEST_POSTGRES`,
 * `TEST_WORKFLOW_BUNDLE`.
 * Given ones are used instead: `TEST_TEMPORAL_ADDRESS` or `TEMPORAL_ADDRESS` (tests make namespaces of their own
 * there) and `TEST_DATABASE_URL` (a user who may create databases).
 */
export default async function globalSetup(): Promise<void> {
  // Two projects of Jest may name this file; one set of servers serves both.
  if (closers.length > 0) return;
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  chmodSync(folder, 0o711);
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const [temporal, postgres, bundle] = await Promise.all([
    provideTemporal(folder),
    providePostgres(folder),
    bundleWorkflows(folder),
  ]);
  process.env['TEST_WORKFLOW_BUNDLE'] = bundle;
  process.env['TEST_TEMPORAL_ADDRESS'] = temporal.address;
  process.env['TEST_TEMPORAL_UI'] = temporal.uiUrl;
  process.env['TEST_POSTGRES'] = JSON.stringify(postgres);
  log(`\nTemporal for the tests: ${temporal.address} ${temporal.uiUrl}`);
  for (const { label } of postgres) log(`PostgreSQL for the tests: ${label}`);
}

async function provideTemporal(
  folder: string,
): Promise<{ readonly address: string; readonly uiUrl: string }> {
  const given = process.env['TEST_TEMPORAL_ADDRESS'] || process.env['TEMPORAL_ADDRESS'];
  if (given) return { address: given, uiUrl: process.env['TEST_TEMPORAL_UI'] ?? '' };
  const { command } = await obtainTemporal({ log, env: process.env });
  // The server lives for minutes: it collects garbage at four times the usual heap, which takes less time.
  process.env['GOGC'] ??= '400';
  const moreNamespaces = Array.from({ length: namespaceCount }, (_, index) => `test-${index + 1}`);
  const server = await startTemporalServer({
    command,
    port: 0,
    uiPort: 0,
    moreNamespaces,
    searchAttributes,
    // A new server, so nothing can be waiting in other partitions (ops/temporal/dynamic-config.yaml).
    dynamicConfig: { 'matching.numTaskqueueReadPartitions': 1 },
    log,
  });
  closers.unshift(() => server.stop());
  const free = join(folder, 'namespaces');
  mkdirSync(free);
  for (const name of moreNamespaces) writeFileSync(join(free, name), '');
  process.env['TEST_NAMESPACES'] = free;
  return server;
}

async function providePostgres(folder: string): Promise<readonly PostgresServer[]> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    const server = { label: 'TEST_DATABASE_URL', url: given };
    await execute(given, `drop database if exists ${templateDatabase}`);
    await makeTemplate(given);
    return [server];
  }
  const main = choosePostgres();
  const oldest = findPostgresInstallations()[0];
  const installations = oldest && oldest.major < main.major ? [main, oldest] : [main];
  return Promise.all(installations.map((binaries) => startOne(folder, binaries)));
}

async function startOne(folder: string, binaries: PostgresInstallation): Promise<PostgresServer> {
  const server = await startPostgres({
    dataDir: join(folder, `postgres-${binaries.major}`),
    binaries,
    durable: false,
    log,
  });
  closers.unshift(() => server.stop());
  await makeTemplate(server.url);
  return { label: `PostgreSQL ${server.version} (${binaries.origin})`, url: server.url };
}

async function makeTemplate(url: string): Promise<void> {
  await execute(url, `create database ${templateDatabase}`);
  const template = new URL(url);
  template.pathname = `/${templateDatabase}`;
  await migrate(template.href);
}

async function bundleWorkflows(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  const file = join(folder, 'workflows.js');
  writeFileSync(file, code);
  return file;
}

/** A run of ours that was killed could not remove its folder; its servers ended with it. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((it) => it.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name);
    const pid = Number.parseInt(name.slice(folderPrefix.length), 10);
    if (isRunning(pid) || statSync(folder).uid !== process.getuid?.()) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}
