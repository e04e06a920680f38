import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { obtainTemporal } from '../../local/temporal-cli';
import { startTemporalServer, type TemporalServerOptions } from '../../local/temporal-server';
import { searchAttributes } from '../../ops/search-attributes';
import {
  quietActivities,
  openWorkflowEnvironment,
  type WorkflowEnvironment,
} from '../workflow/with-activities';
import { input, type Scenario } from './scenario';
import { scenarios } from './scenarios';

/**
 * Records what replay.test.ts replays: `npm run record-histories [scenario …]`; without names, those that have no
 * history yet. A real server, the real workflows, and activities of a made-up source under their production names.
 * `npm run record-histories -- --all` removes every history first: for as long as nothing is released.
 *
 * Record from released code only, never from the branch under test. A history says what runs that are open out there
 * have already done; recorded again from changed workflows it agrees with any change, and the test proves nothing. A
 * scenario for a new path is recorded when that path has been released. When replay fails, the workflow has to
 * change (`patched`), not the history. A history goes when no run of its release can be open any more.
 * Therefore this script refuses to run while `workflows/` differs from the last commit, and notes the commit.
 */
const root = join(__dirname, '..', '..');
const folder = join(__dirname, 'histories');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

/** Names to record. @throws Error for a name that no scenario has */
function wanted(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !Object.hasOwn(scenarios, name));
  if (unknown !== undefined)
    throw new Error(`no scenario "${unknown}"; there are: ${Object.keys(scenarios).join(', ')}`);
  if (names.length > 0) return names;
  return Object.keys(scenarios).filter((name) => !existsSync(join(folder, `${name}.json`)));
}

/** Notes beside the histories where each came from. */
function note(names: readonly string[], origin: string): void {
  const file = join(folder, 'recorded-from.txt');
  const before = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const kept = before.filter((line) => !names.some((name) => line.startsWith(`${name}: `)));
  writeFileSync(file, `${[...kept, ...names.map((name) => `${name}: ${origin}`)].sort().join('\n')}\n`);
}

/** Runs one scenario to its end and keeps its history and those of its children. Returns their names. */
async function record(
  environment: WorkflowEnvironment,
  name: string,
  scenario: Scenario,
): Promise<readonly string[]> {
  const { client } = environment;
  return environment.serve({ ...quietActivities(), ...scenario.activities }, async () => {
    await scenario.before?.(client);
    const handle = await client.workflow.start(scenario.workflow ?? 'syncWindow', {
      taskQueue: 'cxone-sync',
      workflowId: `replay-${name}`,
      args: [...(scenario.args ?? [input])],
    });
    await scenario.during?.(client, handle.workflowId);
    const files: string[] = [];
    for (const [workflowId, file] of Object.entries({ [handle.workflowId]: name, ...scenario.children })) {
      if (!scenario.open)
        await client.workflow
          .getHandle(workflowId)
          .result()
          .catch(() => undefined);
      const first = workflowId === handle.workflowId ? handle.firstExecutionRunId : undefined;
      files.push(...(await keepChain(client, workflowId, file, first)));
    }
    if (scenario.open) await endAll(client);
    return files;
  });
}

/** The most runs of a chain that are kept, from its first on. */
const chainAtMost = 3;

/** Keeps the history of a run, and of those that continue it. Returns their names. */
async function keepChain(
  client: Client,
  workflowId: string,
  name: string,
  first?: string,
): Promise<string[]> {
  const names: string[] = [];
  for (let runId = first; names.length < chainAtMost;) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const file = names.length === 0 ? name : `${name}-${names.length + 1}`;
    const document: unknown = JSON.parse(historyToJSON(history));
    writeFileSync(join(folder, `${file}.json`), `${JSON.stringify(document)}\n`);
    say(`${file}: ${history.events?.length} events`);
    names.push(file);
    const next = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    if (!next) break;
    runId = next;
  }
  return names;
}

/** Ends what a scenario left open, children too, so that it does not disturb the next one. */
async function endAll(client: Client): Promise<void> {
  for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    await client.workflow
      .getHandle(workflowId)
      .terminate('recorded')
      .catch(() => undefined);
  }
}

/** Records scenarios on a server of their own. */
async function recordAll(
  names: readonly string[],
  options: Partial<TemporalServerOptions>,
): Promise<string[]> {
  const recorded: string[] = [];
  if (names.length === 0) return recorded;
  const { command } = await obtainTemporal({ log: () => undefined, env: process.env });
  const server = await startTemporalServer({
    command,
    port: 0,
    uiPort: 0,
    searchAttributes,
    log: say,
    ...options,
  });
  try {
    const environment = await openWorkflowEnvironment({
      address: server.address,
      namespace: server.namespace,
    });
    try {
      for (const name of names) recorded.push(...(await record(environment, name, scenarios[name] ?? {})));
    } finally {
      await environment.close();
    }
  } finally {
    await server.stop();
  }
  return recorded;
}

/** The workflows as they are bundled for the tests, whose environment looks for them under this name. */
async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  const bundles = mkdtempSync(join(tmpdir(), 'cxone-sync-record-'));
  process.env['TEST_WORKFLOW_BUNDLE'] = join(bundles, 'workflows.js');
  writeFileSync(join(bundles, 'workflows.js'), code);
  return bundles;
}

async function main(names: readonly string[]): Promise<void> {
  if (git('status', '--porcelain', '--', 'workflows') !== '') {
    throw new Error('workflows/ differs from the last commit: histories are recorded from released code');
  }
  mkdirSync(folder, { recursive: true });
  const isAll = names.includes('--all');
  if (isAll) for (const file of readdirSync(folder)) rmSync(join(folder, file));
  const { version } = await obtainTemporal({ log: say, env: process.env });
  const all = wanted(names.filter((name) => name !== '--all'));
  const bundles = await bundleWorkflows();
  const isImpatient = (name: string): boolean => scenarios[name]?.impatient === true;
  const recorded = [
    ...(await recordAll(
      all.filter((name) => !isImpatient(name)),
      {},
    )),
    ...(await recordAll(all.filter(isImpatient), {
      dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 120 },
    })),
  ];
  rmSync(bundles, { recursive: true });
  note(recorded, `workflows of ${git('rev-parse', 'HEAD')}, temporal ${version}`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
