import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { loadSettings, loadTenantSettings, sentenceOf } from '../../config';
import { openStore } from '../../store';
import { type CommandCode, CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags, milliseconds } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput, type Output } from '../command/output';
import { tenantSettingsOf } from '../command/preflight';
import { untilStopped } from '../command/until-stopped';
import { createObserver, type Observed, type Observer } from './collect';
import { createScreen } from './screen';
import { statusLines } from './status-lines';
import { concerns, type StatusReport } from './status-report';

interface StatusFlags extends CommonFlags {
  readonly tenant?: string;
  readonly watch?: boolean;
  readonly every?: number;
  readonly check?: boolean;
  readonly maxLag?: number;
}

const defaultEveryMs = 5_000;
const defaultMaxLagMs = 30 * 60_000;

/** `cxone-sync status`: the status of each tenant's work. */
export function addStatusCommand(program: Command): void {
  addCommonFlags(
    program
      .command('status')
      .description('Status of the work: lag, windows, parked runs, recordings, quotas, errors, schedules')
      .option('--tenant <id>', 'tenant of the tenants file; all of them if not given')
      .option('--watch', 'refresh until Ctrl-C')
      .option(
        '--every <time>',
        'interval between two refreshes of --watch, such as 5s (the default)',
        milliseconds,
      )
      .option('--check', 'end with status 4 when anything is parked, failed, has gaps or lags; for scripts')
      .option('--max-lag <time>', 'how far behind is too far for --check (default: 30m)', milliseconds),
  )
    .addHelpText(
      'after',
      `
Works without workers; then the progress of backfills is unknown. With --watch --json: one document a line.
Exit status: 0 shown · 2 bad input or settings · 3 PostgreSQL cannot be read, or Temporal cannot be reached (what the
database holds is still shown) · 4 with --check: something is parked, failed, has gaps or lags · 130 interrupted

Example:
  npx cxone-sync status --watch`,
    )
    .action(async (flags: StatusFlags) => mapErrors(() => run(flags, createOutput(flags))));
}

async function run(flags: StatusFlags, output: Output): Promise<void> {
  const checks = flags.check === true || flags.maxLag !== undefined;
  if (checks && flags.watch) {
    throw new CommandError(
      exitStatus.badInput,
      '--check reports once: leave out --watch, or --check and --max-lag.',
      'BadInput',
    );
  }
  const settings = loadSettings(process.env, ['tenants', 'database', 'temporal', 'temporalUi']);
  const observed = chosen(flags.tenant, settings.tenants.file);
  const store = openStore({
    url: settings.database.url,
    maxConnections: 4,
    applicationName: 'cxone-sync status',
  });
  const observer = createObserver(store, observed, settings);
  try {
    if (flags.watch) await watch(observer, flags.every ?? defaultEveryMs, output);
    else await once(observer, output, checks ? (flags.maxLag ?? defaultMaxLagMs) : null);
  } finally {
    await observer.close();
    await store.close();
  }
}

/** Nothing here asks CXone, so no secret is read: status works where the workers' secrets are not. */
function chosen(name: string | undefined, file: string): Observed {
  const { tenants, misconfigured } = loadTenantSettings(file);
  const isInFile = (tenant: string): boolean => tenants.has(tenant) || misconfigured.has(tenant);
  if (name !== undefined)
    return { tenants: [tenantSettingsOf(name, file)], misconfigured: new Map(), only: name, isInFile };
  const problems = [...misconfigured].map(([tenant, found]) => [tenant, found.map(sentenceOf)] as const);
  return { tenants: [...tenants.values()], misconfigured: new Map(problems), only: undefined, isInFile };
}

/** @param maxLagMs null when nothing is to be checked. */
async function once(observer: Observer, output: Output, maxLagMs: number | null): Promise<void> {
  const report = await observer.report();
  output.document(report);
  for (const line of statusLines(report)) output.result(line);
  const { reachable, message } = report.temporal;
  const ended = (status: 3 | 4, text: string, code: CommandCode) =>
    new CommandError(status, text, code, true);
  if (!reachable) throw ended(exitStatus.unavailable, message ?? '', 'TemporalUnavailable');
  const found = maxLagMs === null ? [] : concerns(report, maxLagMs);
  if (found.length > 0) throw ended(exitStatus.incomplete, found.join('\n'), 'StatusConcerns');
}

async function watch(observer: Observer, everyMs: number, output: Output): Promise<void> {
  const screen = createScreen(process.stdout);
  const stopped = untilStopped().then(() => 'stopped' as const);
  const reportOnce = async (last: StatusReport | null): Promise<StatusReport | null> => {
    try {
      const report = await mapErrors(() => observer.report());
      output.document(report);
      if (!output.json) screen.show([`${report.at}, every ${everyMs / 1_000} s`, '', ...statusLines(report)]);
      return report;
    } catch (error) {
      // What could be read once may be away for a while; what never could is a mistake.
      if (last === null || !(error instanceof CommandError)) throw error;
      if (output.json) output.note(error.message);
      else screen.show([`! ${error.message}`, '', `As it was at ${last.at}:`, '', ...statusLines(last)]);
      return last;
    }
  };
  const waiting = new AbortController();
  const pause = (): Promise<unknown> =>
    delay(everyMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  try {
    let last: StatusReport | null = null;
    for (;;) {
      const reporting = reportOnce(last);
      // After Ctrl-C the outcome of the report under way does not matter.
      reporting.catch(() => undefined);
      const seen = await Promise.race([reporting, stopped]);
      if (seen === 'stopped') break;
      last = seen;
      if ((await Promise.race([pause(), stopped])) === 'stopped') break;
    }
  } finally {
    waiting.abort();
    screen.close();
  }
  throw new CommandError(exitStatus.interrupted, 'Interrupted.', undefined, true);
}
