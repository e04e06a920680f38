import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { obtainTemporal } from '../../local/temporal-cli';
import { startTemporalServer } from '../../local/temporal-server';
import { searchAttributes } from '../../ops/search-attributes';
import { quietActivities, workflowStand, type WorkflowStand } from '../workflow/with-activities';
import { input, type Scenario, scenarios } from './scenarios';

/**
 * Records what replay.test.ts replays: `npm run record-histories [scenario …]`; without names, those that have no
 * history yet. A real server, the real workflows, and activities of a made-up world under their production names.
 *
 * Record from released code only, never from the branch under test. A history says what runs that are open out there
 * have already done; recorded anew from changed workflows it agrees with any change, and the test proves nothing. A
 * scenario for a new path is recorded when that path has been released. When replay fails, the workflow is what has to
 * give way (`patched`, facts §2), not the history. A history goes when no run of its release can be open any more.
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

/** Lets one scenario run to its end, whichever that is, and keeps its history and those of its children. Returns their names. */
async function record(stand: WorkflowStand, name: string, scenario: Scenario): Promise<readonly string[]> {
  const { client } = stand;
  return stand.serve({ ...quietActivities(), ...scenario.activities }, async () => {
    await scenario.before?.(client);
    const handle = await client.workflow.start(scenario.workflow ?? 'syncWindow', {
      taskQueue: 'cxone-sync',
      workflowId: `replay-${name}`,
      args: [...(scenario.args ?? [input])],
    });
    await scenario.meanwhile?.(client, handle.workflowId);
    await handle.result().catch(() => undefined);
    const histories = { [handle.workflowId]: name, ...scenario.children };
    for (const [workflowId, file] of Object.entries(histories)) {
      const history = await client.workflow.getHandle(workflowId).fetchHistory();
      const document: unknown = JSON.parse(historyToJSON(history));
      writeFileSync(join(folder, `${file}.json`), `${JSON.stringify(document)}\n`);
      say(`${file}: ${history.events?.length} events`);
    }
    return Object.values(histories);
  });
}

async function main(names: readonly string[]): Promise<void> {
  if (git('status', '--porcelain', '--', 'workflows') !== '') {
    throw new Error('workflows/ differs from the last commit: histories are recorded from released code');
  }
  mkdirSync(folder, { recursive: true });
  const recorded: string[] = [];
  const { command, version } = await obtainTemporal({ log: say, env: process.env });
  const server = await startTemporalServer({ command, port: 0, uiPort: 0, searchAttributes, log: say });
  try {
    process.env['TEST_TEMPORAL_ADDRESS'] = server.address;
    const stand = await workflowStand();
    try {
      for (const name of wanted(names)) recorded.push(...(await record(stand, name, scenarios[name] ?? {})));
    } finally {
      await stand.close();
    }
  } finally {
    await server.stop();
  }
  note(recorded, `workflows of ${git('rev-parse', 'HEAD')}, temporal ${version}`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
