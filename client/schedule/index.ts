import type { Command } from 'commander';
import { loadSettings, loadTenantSettings, type TenantSettings, terminalText } from '../../config';
import { tenantSettingsOf } from '../preflight';
import { CommandError, exitStatus } from '../exit-status';
import { addCommonFlags, type CommonFlags, milliseconds } from '../flags';
import { foreseen } from '../foreseen';
import { createOutput, type Output } from '../output';
import { connectTemporal, type TemporalClient } from '../temporal';
import { applySchedule, describe, scheduleIds, type ScheduleLine, schedulesOf } from './schedules';

interface ScheduleFlags extends CommonFlags {
  readonly tenant?: string;
  readonly every?: number;
  readonly reread: boolean;
}

type Step = (
  temporal: TemporalClient,
  tenants: readonly TenantSettings[],
  flags: ScheduleFlags,
) => Promise<unknown[]>;

const defaultEveryMs = 5 * 60_000;

/** `cxone-sync schedule`: the live sync and the nightly re-read of a tenant, kept by Temporal, and what is extracted nightly. */
export function addScheduleCommand(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('The live sync of a tenant and its nightly re-read, as schedules of Temporal')
    .addHelpText(
      'after',
      `
incremental:<tenant>  reads what changed since its watermark, every few minutes
reread:<tenant>       reads the last days again by start every night, for changes that CXone does not tell
extract:<tenant>:<dataset>
                      loads the last days of interaction-metadata or evaluations every night, late rows and changes
                      included; for the datasets that "extract" of the tenants file switches on

Applying again updates. Without --tenant all tenants of the tenants file are meant.

Example:
  npx cxone-sync schedule apply --tenant acme --every 5m`,
    );
  add(schedule, 'apply', 'Create the schedules, or bring them up to date', apply)
    .option('--every <time>', 'between two looks for changes, such as 5m (the default)', milliseconds)
    .option('--no-reread', 'without the nightly re-read');
  add(schedule, 'pause', 'Stop starting runs; those under way go on', each(pause));
  add(schedule, 'resume', 'Start runs again; the first one absorbs what was missed', each(unpause));
  add(schedule, 'list', 'Show the schedules and when they run next', list);
  add(schedule, 'remove', 'Remove the schedules; what is stored and the watermark stay', each(remove));
}

function add(schedule: Command, name: string, description: string, step: Step): Command {
  return addCommonFlags(
    schedule
      .command(name)
      .description(description)
      .option('--tenant <id>', 'tenant of the tenants file; all of them if not given'),
  ).action(async (flags: ScheduleFlags) => foreseen(() => run(step, flags, createOutput(flags))));
}

async function run(step: Step, flags: ScheduleFlags, output: Output): Promise<void> {
  const settings = loadSettings(process.env, ['tenants', 'temporal']);
  const { tenants, leftOut } = chosen(flags.tenant, settings.tenants.file);
  const temporal = await connectTemporal(settings.temporal.env);
  try {
    const lines = await step(temporal, tenants, flags);
    output.document({ schedules: lines });
    for (const line of lines) output.result(describeLine(line as Record<string, unknown>));
    if (lines.length === 0) output.result('No schedules. Make them with: npx cxone-sync schedule apply');
    refuseLeftOut(leftOut);
  } finally {
    await temporal.close();
  }
}

interface Chosen {
  readonly tenants: readonly TenantSettings[];
  /** Names of entries that are left out, since they are not in order. */
  readonly leftOut: readonly string[];
}

/** Schedules need none of CXone's secrets. */
function chosen(name: string | undefined, file: string): Chosen {
  if (name !== undefined) return { tenants: [tenantSettingsOf(name, file)], leftOut: [] };
  const { tenants, misconfigured } = loadTenantSettings(file);
  return { tenants: [...tenants.values()], leftOut: [...misconfigured.keys()] };
}

/** What was left out must not pass for done. */
function refuseLeftOut(leftOut: readonly string[]): void {
  if (leftOut.length === 0) return;
  const names = leftOut.map(terminalText).join(', ');
  throw new CommandError(
    exitStatus.incomplete,
    `Left out, as their entries in the tenants file are not in order: ${names}. What is wrong: npx cxone-sync status`,
    'TenantMisconfigured',
    true,
  );
}

async function apply({ client }: TemporalClient, tenants: readonly TenantSettings[], flags: ScheduleFlags) {
  const lines: unknown[] = [];
  for (const { tenant, rereadDays, extract } of tenants) {
    const plan = {
      tenant,
      everyMs: flags.every ?? defaultEveryMs,
      rereadDays: flags.reread ? rereadDays : 0,
      extract: { datasets: wantedDatasets(extract), days: extract.rereadDays },
    };
    const wanted = schedulesOf(plan);
    for (const options of wanted) {
      lines.push({ id: options.scheduleId, done: await applySchedule(client, options) });
    }
    for (const id of scheduleIds(tenant)) {
      if (wanted.some(({ scheduleId }) => scheduleId === id) || (await describe(client, id)) === null)
        continue;
      await client.schedule.getHandle(id).delete();
      lines.push({ id, done: 'removed' });
    }
  }
  return lines;
}

function wantedDatasets({ interactionMetadata, evaluations }: TenantSettings['extract']) {
  return [
    ...(interactionMetadata ? ['interaction-metadata' as const] : []),
    ...(evaluations ? ['evaluations' as const] : []),
  ];
}

async function list({ client }: TemporalClient, tenants: readonly TenantSettings[]): Promise<ScheduleLine[]> {
  const lines: ScheduleLine[] = [];
  for (const id of tenants.flatMap(({ tenant }) => scheduleIds(tenant))) {
    const line = await describe(client, id);
    if (line) lines.push(line);
  }
  return lines;
}

/** Does the same to every schedule there is of the tenants. */
function each(change: (temporal: TemporalClient, id: string) => Promise<string>): Step {
  return async (temporal, tenants) => {
    const lines: unknown[] = [];
    for (const { id } of await list(temporal, tenants)) lines.push({ id, done: await change(temporal, id) });
    return lines;
  };
}

async function pause({ client }: TemporalClient, id: string): Promise<string> {
  await client.schedule.getHandle(id).pause('paused by cxone-sync schedule pause');
  return 'paused';
}

async function unpause({ client }: TemporalClient, id: string): Promise<string> {
  await client.schedule.getHandle(id).unpause('resumed by cxone-sync schedule resume');
  return 'resumed';
}

async function remove({ client }: TemporalClient, id: string): Promise<string> {
  await client.schedule.getHandle(id).delete();
  return 'removed';
}

function describeLine(line: Readonly<Record<string, unknown>>): string {
  const id = String(line['id']).padEnd(36);
  if ('done' in line) return `${id} ${String(line['done'])}`;
  const { paused, next, lastRun } = line as unknown as ScheduleLine;
  return `${id} ${paused ? 'paused' : `next ${next ?? 'unknown'}`}   last ${lastRun ?? 'never'}`;
}
