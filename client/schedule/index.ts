import { type Client, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import type { Command } from 'commander';
import { loadSettings, loadTenantSettings, type TenantSettings, terminalText } from '../../config';
import { tenantSettingsOf } from '../command/preflight';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags, milliseconds } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput, type Output } from '../command/output';
import { sideBySide } from '../command/side-by-side';
import { connectTemporal } from '../command/temporal';
import { heldSchedules } from './held-schedules';
import { applySchedule, describe, scheduleIds, type ScheduleLine, schedulesOf } from './schedules';

interface ScheduleFlags extends CommonFlags {
  readonly tenant?: string;
  readonly every?: number;
  readonly reread: boolean;
  readonly orphaned?: boolean;
}

/** What the sub-commands need. */
interface Context {
  readonly client: Client;
  /** Those of the tenants file, or the one that `--tenant` names. */
  readonly tenants: readonly TenantSettings[];
  readonly isInFile: (tenant: string) => boolean;
  readonly flags: ScheduleFlags;
}

type Step = (context: Context) => Promise<unknown[]>;

const defaultEveryMs = 5 * 60_000;
/** Schedules that are changed at a time. */
const atOnce = 12;

/** `cxone-sync schedule`: the live sync and the nightly re-read of a tenant, kept by Temporal, and what is extracted nightly. */
export function addScheduleCommand(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('The live sync of a tenant and its nightly re-read, as schedules of Temporal')
    .addHelpText(
      'after',
      `
incremental:<tenant>  reads what changed since its watermark, every few minutes
reread:<tenant>       reads the last days again by start every night, for changes CXone does not report
extract:<tenant>:<dataset>
                      loads the last days of interaction-metadata or evaluations every night, late rows and changes
                      included; for the datasets that "extract" of the tenants file switches on

Applying again updates. Without --tenant all tenants of the tenants file are meant; list shows what else Temporal holds,
of tenants that were renamed or removed. Such a tenant can be named, too, except to apply.

Example:
  npx cxone-sync schedule apply --tenant acme --every 5m`,
    );
  add(schedule, 'apply', 'Create the schedules, or bring them up to date', apply)
    .option(
      '--every <time>',
      'interval between two runs of the live sync, such as 5m (the default)',
      milliseconds,
    )
    .option('--no-reread', 'without the nightly re-read');
  add(schedule, 'pause', 'Stop starting runs; those under way go on', each(pause));
  add(schedule, 'resume', 'Start runs again; the first one absorbs what was missed', each(unpause));
  add(schedule, 'list', 'Show the schedules and when they run next', list);
  add(schedule, 'remove', 'Remove the schedules; what is stored and the watermark stay', each(remove)).option(
    '--orphaned',
    'those of tenants that are not in the tenants file, and no others',
  );
}

function add(schedule: Command, name: string, description: string, step: Step): Command {
  return addCommonFlags(
    schedule
      .command(name)
      .description(description)
      .option('--tenant <id>', 'tenant of the tenants file; all of them if not given'),
  ).action(async (flags: ScheduleFlags) => mapErrors(() => run(step, flags, createOutput(flags))));
}

async function run(step: Step, flags: ScheduleFlags, output: Output): Promise<void> {
  if (flags.orphaned === true && flags.tenant !== undefined) {
    throw new CommandError(exitStatus.badInput, 'Give --orphaned or --tenant, not both.', 'BadInput');
  }
  const settings = loadSettings(process.env, ['tenants', 'temporal']);
  const { file } = settings.tenants;
  const { tenants, misconfigured } = loadTenantSettings(file);
  const isInFile = (name: string): boolean => tenants.has(name) || misconfigured.has(name);
  const known = flags.tenant === undefined || isInFile(flags.tenant);
  // A name that is in no file may be that of a tenant whose schedules are left over; not to be made, though.
  const named =
    flags.tenant !== undefined && (known || step === apply) ? [tenantSettingsOf(flags.tenant, file)] : [];
  const temporal = await connectTemporal(settings.temporal.env);
  try {
    const lines = await step({
      client: temporal.client,
      tenants: flags.tenant === undefined ? [...tenants.values()] : named,
      isInFile,
      flags,
    });
    // Neither the file nor Temporal knows the name: a mistake, not nothing to do.
    if (flags.tenant !== undefined && !known && lines.length === 0) tenantSettingsOf(flags.tenant, file);
    output.document({ schedules: lines });
    for (const line of lines) output.result(describeLine(line as Record<string, unknown>));
    if (lines.length === 0) output.result(nothingThere(flags));
    // The list shows what Temporal holds, of those too.
    const isPartial = step !== list && flags.tenant === undefined && flags.orphaned !== true;
    if (isPartial) refuseLeftOut([...misconfigured.keys()]);
  } finally {
    await temporal.close();
  }
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

function nothingThere({ orphaned }: ScheduleFlags): string {
  return orphaned
    ? 'No schedules of tenants that are not in the tenants file.'
    : 'No schedules. Make them with: npx cxone-sync schedule apply';
}

async function apply({ client, tenants, flags }: Context): Promise<unknown[]> {
  const applied = await sideBySide(tenants, atOnce, async ({ tenant, rereadDays, extract }) => {
    const lines: unknown[] = [];
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
    return lines;
  });
  return applied.flat();
}

function wantedDatasets({ interactionMetadata, evaluations }: TenantSettings['extract']) {
  return [
    ...(interactionMetadata ? ['interaction-metadata' as const] : []),
    ...(evaluations ? ['evaluations' as const] : []),
  ];
}

/** One tenant's schedules are described one by one; those of all come from Temporal's list, one call for any number. */
async function list({ client, isInFile, flags }: Context): Promise<unknown[]> {
  if (flags.tenant !== undefined) {
    const described = await sideBySide(scheduleIds(flags.tenant), atOnce, (id) => describe(client, id));
    const orphaned = !isInFile(flags.tenant);
    return described.filter((line) => line !== null).map((line) => (orphaned ? { ...line, orphaned } : line));
  }
  return (await heldSchedules(client)).map(({ tenant, ...line }) =>
    isInFile(tenant) ? line : { ...line, orphaned: true },
  );
}

/** Does the same to every schedule there is of the tenants. */
function each(change: (handle: ScheduleHandle) => Promise<string>): Step {
  return async (context) => {
    const lines = await sideBySide(await idsOf(context), atOnce, async (id) => {
      try {
        return { id, done: await change(context.client.schedule.getHandle(id)) };
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return null;
        throw error;
      }
    });
    return lines.filter((line) => line !== null);
  };
}

async function idsOf({ client, tenants, isInFile, flags }: Context): Promise<readonly string[]> {
  if (flags.orphaned)
    return (await heldSchedules(client)).filter(({ tenant }) => !isInFile(tenant)).map(({ id }) => id);
  const names = flags.tenant === undefined ? tenants.map(({ tenant }) => tenant) : [flags.tenant];
  return names.flatMap((tenant) => scheduleIds(tenant));
}

async function pause(handle: ScheduleHandle): Promise<string> {
  await handle.pause('paused by cxone-sync schedule pause');
  return 'paused';
}

async function unpause(handle: ScheduleHandle): Promise<string> {
  await handle.unpause('resumed by cxone-sync schedule resume');
  return 'resumed';
}

async function remove(handle: ScheduleHandle): Promise<string> {
  await handle.delete();
  return 'removed';
}

function describeLine(line: Readonly<Record<string, unknown>>): string {
  const id = String(line['id']).padEnd(36);
  if ('done' in line) return `${id} ${String(line['done'])}`;
  const { paused, next, lastRun } = line as unknown as ScheduleLine;
  const orphan =
    'orphaned' in line ? '   its tenant is not in the tenants file: schedule remove --orphaned' : '';
  return `${id} ${paused ? 'paused' : `next ${next ?? 'unknown'}`}   last ${lastRun ?? 'never'}${orphan}`;
}
