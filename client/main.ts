#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { terminalLines } from '../config';
import { addCheckCommand } from './check';
import { addBackfillCommand } from './backfill';
import { addDemoCommand } from './demo';
import { addErrorsCommand } from './errors';
import { CommandError, exitStatus, type ExitStatus } from './command/exit-status';
import { addExtractCommand } from './extract';
import { addMigrateCommand } from './migrate';
import { addRecordingsCommand } from './recordings';
import { addRejectedCommand } from './rejected';
import { addScheduleCommand } from './schedule';
import { jsonText } from './command/output';
import { addParkedCommands } from './parked';
import { addPlanCommand } from './plan';
import { addSimulatorCommand } from './simulator';
import { addStatusCommand } from './status';
import { addSyncCommand } from './sync';
import { addVerifyCommand } from './verify';
import { addWorkerCommand } from './worker';
import { programVersion } from './command/version';

/** Builds the command line; one file per sub-command adds itself. */
export function createProgram(): Command {
  const program = new Command('cxone-sync')
    .description(
      'Brings NICE CXone contacts, agents and call recordings into PostgreSQL and recording storage.',
    )
    .version(programVersion(), '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText(
      'after',
      `
Settings come from the environment; docs/configuration.md lists them.
Exit status: 0 done and complete · 1 failed · 2 bad input or settings · 3 CXone, Temporal or PostgreSQL refused or
cannot be reached, or no worker is listening · 4 finished, but something is missing or different · 130 interrupted`,
    );
  addMigrateCommand(program);
  addWorkerCommand(program);
  addSyncCommand(program);
  addParkedCommands(program);
  addVerifyCommand(program);
  addRecordingsCommand(program);
  addRejectedCommand(program);
  addErrorsCommand(program);
  addScheduleCommand(program);
  addStatusCommand(program);
  addCheckCommand(program);
  addPlanCommand(program);
  addBackfillCommand(program);
  addExtractCommand(program);
  addSimulatorCommand(program);
  addDemoCommand(program);
  // Sub-commands inherit their parent's settings for errors and exits only on request.
  inherit(program);
  return program;
}

function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inherit(command);
  }
}

/** Runs one command line and answers its exit status. */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return exitStatus.done;
  } catch (error) {
    // Asking for help is no error, and commander has already printed what was wrong with a command line.
    if (error instanceof CommanderError && error.exitCode === 0) return exitStatus.done;
    const failure = asCommandError(error);
    if (args.includes('--json') && !failure.isReported) {
      const document = { ok: false, error: { code: failure.code, message: failure.message } };
      process.stdout.write(`${jsonText(document)}\n`);
    }
    if (!(error instanceof CommanderError))
      process.stderr.write(`${terminalLines(failure.message).join('\n')}\n`);
    return failure.status;
  }
}

function asCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof CommanderError)
    return new CommandError(exitStatus.badInput, error.message, 'BadInput');
  // Expected errors are CommandErrors; of any other one, the stack shows where it comes from.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CommandError(exitStatus.failed, `Unexpected error: ${text}`, 'Unexpected');
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((status) => {
    process.exitCode = status;
  });
}
