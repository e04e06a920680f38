import {
  type ApplicationFailure,
  condition,
  defineUpdate,
  isCancellation,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Cause, errorRow, sentencesOf } from '../errors';
import { finalActivities } from './activity-proxies';
import { causeOf, failureOf, isKnown, permanentFailure } from './failures';
import type { Parked } from './parked';
import { showTenantParked, showTenantRun } from './run-details';

/** Without arguments, so that Web UI needs nothing typed: it lists them by name while a worker runs. */
export const resumeUpdate = defineUpdate<string>('resume');
export const skipUpdate = defineUpdate<string>('skip');
export const abortUpdate = defineUpdate<string>('abort');

/** What becomes of a parked run. */
export type Decision = 'resume' | 'skip' | 'abort' | 'timeout';

/** A part of a run that may fail on its own, and is run again when its cause is fixed. */
export type Step = () => Promise<void>;

export interface ParkingOptions {
  /** Shows and notes that the run is parked; null when it goes on. */
  readonly onParkedChange: (parked: Parked | null) => Promise<void>;
  /** How long a run waits for a person, in ms; with 0 it fails instead. */
  readonly timeoutMs: () => number;
  /** Asked before each time the run is parked, for what `timeoutMs` goes by. */
  readonly learn?: () => Promise<void>;
}

export interface Parking {
  /**
   * Runs the steps, each although one before it failed. What failed is parked together, with all causes, until a person
   * decides; then only these steps are run again.
   *
   * @returns `skipped` when a person gives up what is missing.
   * @throws the first failure when it is none to wait for, when a person aborts, and when no one answers in time.
   */
  run(steps: readonly Step[]): Promise<'done' | 'skipped'>;
  /** How often the run has waited for a person. */
  times(): number;
}

/** How long a run waits for a person where no setting says so. */
export const defaultParkTimeoutMs = 7 * 86_400_000;
/** Failures that may pass by themselves, as the other side was away for longer than the attempts: retried after this. */
const retryByItselfMs = 30 * 60_000;

const answers: Readonly<Record<Exclude<Decision, 'timeout'>, string>> = {
  resume: 'The run goes on with what failed.',
  skip: 'The run ends without what is missing: its window is closed as incomplete.',
  abort: 'The run fails with the cause it was parked for.',
};

/** Offers the three updates of a run, and parks it when a step fails for a cause that a person can fix. */
export function createParking({ onParkedChange, timeoutMs, learn }: ParkingOptions): Parking {
  let parked = false;
  let decision: Decision | undefined;
  /** Since when the run has waited without having got anywhere, or an answer from a person. */
  let since: number | undefined;
  let times = 0;

  const offer = (
    update: typeof resumeUpdate,
    choice: Exclude<Decision, 'timeout'>,
    description: string,
  ): void =>
    setHandler(
      update,
      () => {
        decision = choice;
        return answers[choice];
      },
      {
        description,
        validator: () => {
          if (parked && decision === undefined) return;
          throw permanentFailure({
            code: 'NotParked',
            message: `The run is not parked, so there is nothing to ${choice}.`,
          });
        },
      },
    );
  offer(resumeUpdate, 'resume', 'Try again what failed, now that its cause is fixed');
  offer(skipUpdate, 'skip', 'End without what is missing; the window is closed as incomplete');
  offer(abortUpdate, 'abort', 'Fail the run with the cause it is parked for');

  const park = async (causes: readonly Cause[]): Promise<Decision> => {
    const now = Date.now();
    since ??= now;
    const until = since + timeoutMs();
    const retryAt = causes.every(({ passing }) => passing === true) ? now + retryByItselfMs : null;
    if (now >= until) return 'timeout';
    decision = undefined;
    parked = true;
    times += 1;
    await onParkedChange({ causes, since, retryAt, until });
    const wait = Math.min(until, retryAt ?? until) - now;
    const decided = await condition(() => decision !== undefined, wait);
    parked = false;
    // A person has answered: should it fail again, the full time to answer begins again.
    if (decided) since = undefined;
    const outcome = decided
      ? (decision ?? 'resume')
      : retryAt !== null && retryAt <= until
        ? 'resume'
        : 'timeout';
    await onParkedChange(null);
    return outcome;
  };

  return {
    times: () => times,
    async run(steps) {
      let left = steps;
      for (;;) {
        const failures = await attempt(left);
        const [first] = failures;
        if (!first) {
          since = undefined;
          return 'done';
        }
        if (learn) await learn();
        const outcome = await park(failures.map(({ cause }) => cause));
        if (outcome === 'skip') return 'skipped';
        if (outcome === 'abort' || timeoutMs() === 0) throw first.error;
        if (outcome === 'timeout') throw notAnsweredInTime(first.cause);
        left = failures.map(({ step }) => step);
      }
    },
  };
}

interface FailedStep {
  readonly step: Step;
  readonly error: unknown;
  readonly cause: Cause;
}

/** Runs the steps, each although one before it failed. @throws what no one can resolve */
async function attempt(steps: readonly Step[]): Promise<readonly FailedStep[]> {
  const failed: FailedStep[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!isParkable(error)) throw error;
      failed.push({ step, error, cause: causeOf(error) });
    }
  }
  return failed;
}

/** How long runs of a tenant wait for a person by its settings, which are asked for when needed. */
export function tenantParkTimeout(tenant: string): Required<Pick<ParkingOptions, 'timeoutMs' | 'learn'>> {
  let timeoutMs = defaultParkTimeoutMs;
  let asks: boolean | undefined;
  return {
    timeoutMs: () => timeoutMs,
    learn: async () => {
      // Once for the whole run: one that was parked by an earlier release goes on by its rules.
      asks ??= patched('tenant-patience');
      if (asks) timeoutMs = await parkTimeoutOf(tenant);
    },
  };
}

/** Parking of a run that belongs to a tenant and to no window. */
export function createTenantParking(tenant: string): Parking {
  return createParking({
    ...tenantParkTimeout(tenant),
    onParkedChange: async (parked) => {
      if (parked) showTenantParked(tenant, parked);
      else showTenantRun(tenant, 'goes on', 'Running');
    },
  });
}

async function parkTimeoutOf(tenant: string): Promise<number> {
  try {
    return (await finalActivities.parkedTimeout({ tenant })).hours * 3_600_000;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return defaultParkTimeoutMs;
  }
}

/**
 * Whether a person let this run go on after it had failed. It is true as well while the steps before are replayed, so
 * it may decide a step's arguments, never whether there is one.
 */
export function goesOnAfterReset(): boolean {
  const { runId, originalExecutionRunId } = workflowInfo();
  return runId !== originalExecutionRunId;
}

/** True for a failure whose cause a person, or time, can resolve; so is one that a later release gave a code. */
function isParkable(error: unknown): boolean {
  const { resume = 'step' } = errorRow(causeOf(error).code) ?? {};
  return isKnown(error) && (resume === 'step' || resume === 'window');
}

function notAnsweredInTime(cause: Cause): ApplicationFailure {
  const remedy = 'It was parked, and no one answered in time.';
  const message = sentencesOf({ message: cause.message, remedy });
  return failureOf({ ...cause, message, passing: false });
}
