import type { Command } from 'commander';
import { loadSettings } from '../../config';
import { CommandError, exitStatus } from '../command/exit-status';
import { addCommonFlags, type CommonFlags } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput, type Output } from '../command/output';
import { connectTemporal, type TemporalClient, webUiLink } from '../command/temporal';
import { decide, type Decision } from './decide';
import type { Outcome } from './outcome';
import { findParked } from './find-parked';

interface DecisionFlags extends CommonFlags {
  readonly all?: boolean;
  readonly errorType?: string;
  readonly tenant?: string;
}

const descriptions: Readonly<Record<Decision, string>> = {
  resume: 'Let a parked run go on with what failed; a run that has failed goes on from there',
  skip: 'End a parked run without what is missing; its window is closed as incomplete',
  abort: 'Fail a parked run with the cause it waits for',
};

/** `cxone-sync resume|skip|abort`: decides how parked runs continue. */
export function addParkedCommands(program: Command): void {
  for (const decision of ['resume', 'skip', 'abort'] as const) {
    addCommonFlags(
      program
        .command(decision)
        .description(descriptions[decision])
        .argument('[workflow-id]', 'the run, as `status` or Web UI names it')
        .option('--all', 'every run that is parked')
        .option(
          '--error-type <code>',
          'with --all: only runs parked for this error, alone or among others, e.g. ContactsForbidden',
        )
        .option('--tenant <id>', 'with --all: only runs of this tenant'),
    )
      .addHelpText(
        'after',
        `
${decision === 'resume' ? 'Fix the cause first' : 'Why it waits'}: \`cxone-sync status\` and the run in Web UI say what it is and what to do (docs/runbook.md).
Web UI does the same: the run, More Actions, Send an Update, ${decision}.
Exit status: 0 done · 1 a run refused · 2 bad input · 3 Temporal cannot be reached, or no worker answers

Examples:
  npx cxone-sync ${decision} sync-window:acme:2026-11-01T00:00:00Z/2026-11-02T00:00:00Z
  npx cxone-sync ${decision} --all --error-type ContactsForbidden`,
      )
      .action(async (workflowId: string | undefined, flags: DecisionFlags) =>
        mapErrors(() => run(decision, workflowId, flags, createOutput(flags))),
      );
  }
}

async function run(
  decision: Decision,
  workflowId: string | undefined,
  flags: DecisionFlags,
  output: Output,
): Promise<void> {
  refuseMix(decision, workflowId, flags);
  const settings = loadSettings(process.env, ['temporal', 'temporalUi']);
  const temporal = await connectTemporal(settings.temporal.env);
  try {
    const { ids, unanswered } =
      workflowId === undefined
        ? await findParked(temporal.client, flags)
        : { ids: [workflowId], unanswered: [] };
    const outcomes: Outcome[] = [];
    for (const id of ids) {
      const outcome = await decide(temporal.client, temporal.namespace, decision, id);
      outcomes.push(outcome);
      for (const line of describe(outcome, temporal, settings.temporalUi.url)) output.result(line);
    }
    for (const id of unanswered) {
      output.note(`${id} does not answer whether it waits for ${flags.errorType}: it is left as it is.`);
    }
    output.document({ runs: outcomes });
    if (ids.length === 0 && unanswered.length === 0) output.result('No run is parked.');
    const refused = outcomes.filter(({ ok }) => !ok);
    const [first] = refused;
    if (!first && unanswered.length > 0) {
      const message = `${unanswered.length} parked runs do not answer: start a worker.`;
      throw new CommandError(exitStatus.unavailable, message, 'NoAnswer', true);
    }
    if (!first) return;
    const status = refused.some(({ code }) => code === 'NoAnswer')
      ? exitStatus.unavailable
      : exitStatus.failed;
    throw new CommandError(status, `${refused.length} of ${ids.length}: ${first.message}`, first.code, true);
  } finally {
    await temporal.close();
  }
}

function refuseMix(decision: Decision, workflowId: string | undefined, flags: DecisionFlags): void {
  const filtered = flags.errorType !== undefined || flags.tenant !== undefined;
  if ((workflowId === undefined) === (flags.all === true) && (!filtered || flags.all === true)) return;
  throw new CommandError(
    exitStatus.badInput,
    `Name one run, or say --all (with --error-type or --tenant to choose among them): cxone-sync ${decision} <workflow-id>.`,
    'BadInput',
  );
}

function describe(
  { id, ok, message, runId }: Outcome,
  { namespace }: TemporalClient,
  uiUrl: string,
): readonly string[] {
  return [`${ok ? '✓' : '✗'} ${id}: ${message}`, `  ${webUiLink(uiUrl, namespace, id, runId)}`];
}
