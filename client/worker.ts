import type { Command } from 'commander';
import { createLogger, loadSettings, loadTenants, sentenceOf, SettingsError } from '../config';
import { CommandError, exitStatus } from './command/exit-status';
import { mapErrors } from './command/map-errors';
import { requireDatabase } from './command/preflight';
import { recordingStorage } from './command/recording-storage';

/** `cxone-sync worker`: serves all task queues until SIGTERM or SIGINT. */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('Execute workflows and activities until SIGTERM or SIGINT')
    .addHelpText(
      'after',
      `
A worker serves every task queue. SIGTERM lets steps in hand finish for SHUTDOWN_GRACE_SECONDS; what is not done by
then is given back and taken over by another worker. Start as many as you like.

A supervisor starts it as "node dist/client/main.js worker": npx and npm do not pass SIGTERM on.
A tenant whose entry in the tenants file is not in order is left alone, the others are served; a port that was set and
is taken is refused.
Exit status: 0 stopped · 2 bad settings, or no tenant in order · 3 Temporal or PostgreSQL refused or cannot be reached`,
    )
    .action(async () => {
      const settings = await mapErrors(() =>
        loadSettings(process.env, ['tenants', 'database', 'temporal', 'worker', 'logging']),
      );
      const { tenants, misconfigured } = await mapErrors(() => usableTenants(settings.tenants.file));
      // Tenants without recordings need no recordings storage.
      const recordings = tenants.some((tenant) => tenant.recordings)
        ? await mapErrors(() => recordingStorage(tenants))
        : null;
      await mapErrors(() => requireDatabase(settings.database.url));
      const logger = createLogger(settings.logging);
      // Temporal's core takes a sixth of a second to load, which every other command would wait for.
      const { runWorkerProcess } = await import('../workers/index.js');
      await mapErrors(() =>
        runWorkerProcess({
          tenants,
          misconfigured,
          databaseUrl: settings.database.url,
          recordings,
          temporalEnv: settings.temporal.env,
          ...settings.worker,
          logger,
        }),
      ).catch((error: unknown) => {
        if (error instanceof CommandError) throw error;
        logger.error({ err: error }, 'the worker cannot continue');
        throw new CommandError(
          exitStatus.unavailable,
          `The worker cannot continue: ${reasonOf(error)}`,
          'WorkerFailed',
        );
      });
    });
}

/** @throws SettingsError when no entry of the file is in order: there would be nothing to do. */
function usableTenants(file: string) {
  const { tenants, misconfigured } = loadTenants(file, process.env);
  if (tenants.size === 0) throw new SettingsError([...misconfigured.values()].flat());
  const problems = [...misconfigured].map(([tenant, found]) => [tenant, found.map(sentenceOf)] as const);
  return { tenants: [...tenants.values()], misconfigured: new Map(problems) };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
