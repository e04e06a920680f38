import { sleep } from '@temporalio/workflow';
import type {
  ExtractionDay,
  ExtractionJobRef,
  ExtractionWait,
  LoadedDay,
  SeenExtraction,
} from '../../activities/extraction/types';
import { api, loading } from '../activity-proxies';
import { permanentFailure } from '../failures';

/** What happens on the way to a loaded day. */
export interface JobWatch {
  readonly onStage: (stage: 'wait' | 'job' | 'load') => void;
}

/** Jobs made for a day that CXone ends otherwise than well, before the day parks. */
const jobsAtMost = 3;
/** Turns that are lost to another run in the middle of the work, each with a job, before the day parks. */
const lostAtMost = 10;
/** The longest wait for a turn at the tenant's one job; then the run parks, and retries by itself. */
const turnPatienceMs = 2 * 3_600_000;
/** What runs longer is stuck. */
const jobPatienceMs = 2 * 3_600_000;
const longestLookPauseMs = 60_000;
/** A run that asks less often than every two minutes loses its place in line. */
const longestTurnPauseMs = 30_000;

const why: Readonly<Record<ExtractionWait, string>> = {
  held: 'another run has the tenant’s one job',
  'too soon': 'CXone takes the next job in a moment',
  busy: 'CXone says that it is too soon for another job',
};

/**
 * Brings in one day: has CXone make a job, waits for it, loads its result. Waiting is done by timers, in no worker's slot.
 * A job that fails, or whose result is gone, is made again.
 *
 * @throws ApplicationFailure `ExtractionFailed` when job after job fails, or one takes hours; `ExtractionBusy` when no turn
 * comes, or turn after turn is lost; and the code of whatever an activity failed with.
 */
export async function loadDay(day: ExtractionDay, { onStage }: JobWatch): Promise<LoadedDay> {
  let lost = 0;
  let said = '';
  for (let ended = 0; ended < jobsAtMost;) {
    onStage('wait');
    const { jobId, lookAfterMs } = await takeTurn(day);
    const job = { ...day, jobId };
    onStage('job');
    const end = await untilEnd(job, lookAfterMs);
    let { status } = end;
    said = end.said ?? said;
    if (status === 'succeeded') {
      onStage('load');
      const loaded = await loading.loadExtraction.executeWithOptions(
        { summary: `load ${day.dataset} of ${day.day}` },
        [job],
      );
      if (loaded.status !== 'gone' && loaded.status !== 'lost') return loaded;
      status = loaded.status;
    }
    // A run that lost its turn did nothing wrong, but two that lose it to each other would make jobs for ever.
    if (status === 'lost') lost += 1;
    else ended += 1;
    if (lost === lostAtMost) throw turnsLost(day);
  }
  throw permanentFailure({
    code: 'ExtractionFailed',
    message: `CXone ended ${jobsAtMost} jobs in a row for ${day.dataset} of ${day.day} without a result.${said === '' ? '' : ` It said: ${said}`}`,
  });
}

async function takeTurn(
  day: ExtractionDay,
): Promise<{ readonly jobId: string; readonly lookAfterMs: number }> {
  const since = Date.now();
  for (let turn = 0; ; turn += 1) {
    const made = await api.createExtractionJob.executeWithOptions(
      { summary: `job for ${day.dataset} of ${day.day}` },
      [day],
    );
    if (made.status === 'created') return made;
    const grown = Math.min(longestTurnPauseMs, made.waitMs * 1.5 ** Math.min(turn, 20));
    // CXone's own word is kept to.
    const pauseMs = made.why === 'held' ? grown : made.waitMs;
    if (Date.now() - since + pauseMs > turnPatienceMs) throw noTurn(day);
    await sleep(Math.ceil(pauseMs), { summary: why[made.why] });
  }
}

async function untilEnd(job: ExtractionJobRef, firstPauseMs: number): Promise<SeenExtraction> {
  const since = Date.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestLookPauseMs, pauseMs * 1.5)) {
    await sleep(Math.ceil(pauseMs), { summary: 'CXone works on the job' });
    const seen = await api.lookAtExtractionJob.executeWithOptions({ summary: 'is the job done?' }, [job]);
    if (seen.status !== 'running') return seen;
    if (Date.now() - since > jobPatienceMs) {
      throw permanentFailure({
        code: 'ExtractionFailed',
        message: `The job for ${job.dataset} of ${job.day} has run for two hours.`,
        remedy: 'Resume to have another one made; if that one takes as long, ask NICE.',
      });
    }
  }
}

function turnsLost({ dataset, day }: ExtractionDay) {
  return permanentFailure({
    code: 'ExtractionBusy',
    message: `The run of ${dataset} of ${day} lost its turn at the tenant’s one extraction job ${lostAtMost} times.`,
    remedy:
      'Look whether workers keep up: a file that waits for ten minutes until a worker has room for it loses its turn.',
  });
}

function noTurn({ dataset, day }: ExtractionDay) {
  return permanentFailure({
    code: 'ExtractionBusy',
    message: `CXone runs one extraction job of a tenant at a time; the turn of ${dataset} of ${day} did not come in two hours.`,
    remedy: 'Look for other programs that extract with the same tenant, and for runs that hold its turn.',
  });
}
