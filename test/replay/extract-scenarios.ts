import type { Activities } from '../../activities';
import type { ExtractionDay } from '../../activities/extraction/types';
import { loadedDay, released } from '../workflow/with-activities';
import { endless, refuse, type Scenario, untilAsked, untilParked } from './scenario';

const idOf = (tenant: string, day: string) => `extract:${tenant}:evaluations:${day}`;
/** Days of November 2025, from the first; tenants differ, as children are found by tenant and day. */
const days = (tenant: string, to: string): Pick<Scenario, 'workflow' | 'args'> => ({
  workflow: 'extractDataset',
  args: [{ tenant, dataset: 'evaluations', from: '2025-11-01', to }],
});
const oneDay = (tenant: string) => days(tenant, '2025-11-02');

/** A CXone that makes a run wait for its turn, then for the job; files of `broken` days are refused until `fix`. */
function patiently(...broken: readonly string[]) {
  const refused = new Set(broken);
  const asked = new Map<string, number>();
  const times = (what: string): number => {
    const before = asked.get(what) ?? 0;
    asked.set(what, before + 1);
    return before;
  };
  const activities: Partial<Activities> = {
    createExtractionJob: async ({ tenant, day }: ExtractionDay) => {
      const why = (['held', 'too soon'] as const)[times(`turn ${tenant} ${day}`)];
      if (why) return { status: 'wait', why, waitMs: 10 };
      return { status: 'created', jobId: `job-${day}`, lookAfterMs: 10 };
    },
    lookAtExtractionJob: async ({ tenant, day }) => ({
      status: times(`job ${tenant} ${day}`) === 0 ? 'running' : 'succeeded',
    }),
    loadExtraction: async ({ day }) => (refused.has(day) ? refuse('ExtractionForbidden') : loadedDay),
  };
  return { activities, fix: () => refused.clear() };
}

/** Parks, and gets an operator's decision. */
function parkedThen(tenant: string, update: 'resume' | 'skip' | 'abort'): Scenario {
  const { activities, fix } = patiently('2025-11-01');
  return {
    ...oneDay(tenant),
    activities,
    during: async (client, workflowId) => {
      await untilParked(client, workflowId);
      fix();
      await client.workflow.getHandle(workflowId).executeUpdate(update);
    },
  };
}

const withParked = patiently('2025-11-02');
const resumedLater = patiently('2025-11-02');
const held = { loading: true };
const ofRange = { loading: true };

/** Answers given one after the other, from the last to the first. */
const longTurn = (): ('forbidden' | 'too soon')[] => [
  'forbidden',
  ...Array.from({ length: 15 }, () => 'too soon' as const),
];
const longTurns = { day: longTurn(), range: longTurn() };

/** Every path an extraction of today can take. */
export const extractScenarios: Readonly<Record<string, Scenario>> = {
  extract: { ...oneDay('e1'), activities: patiently().activities },
  'extract-waiting': {
    ...oneDay('e2'),
    activities: { createExtractionJob: async () => ({ status: 'wait', why: 'held', waitMs: 3_600_000 }) },
    during: async (client, workflowId) => {
      const timer = async () =>
        (await client.workflow.getHandle(workflowId).fetchHistory()).events?.some(
          ({ timerStartedEventAttributes: started }) => started,
        );
      while (!(await timer())) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    open: true,
  },
  'extract-loading': {
    ...oneDay('e3'),
    activities: { ...patiently().activities, loadExtraction: endless },
    during: (client, workflowId) => untilAsked(client, workflowId, 'loadExtraction'),
    open: true,
  },
  'extract-skips-complete-day': {
    ...oneDay('e4'),
    activities: { findExtracted: async ({ from }) => [from] },
  },
  'extract-jobs-fail': {
    ...oneDay('e5'),
    activities: { lookAtExtractionJob: async () => ({ status: 'failed' }) },
    during: async (client, workflowId) => {
      await untilParked(client, workflowId);
      await client.workflow.getHandle(workflowId).executeUpdate('abort');
    },
  },
  'extract-cancelled': {
    ...oneDay('e6'),
    activities: { loadExtraction: endless },
    during: async (client, workflowId) => {
      await untilAsked(client, workflowId, 'loadExtraction');
      await client.workflow.getHandle(workflowId).cancel();
    },
  },
  'extract-refused-input': { workflow: 'extractDataset', args: [{ tenant: 'e7', dataset: 'calls' }] },
  'extract-parked': {
    ...oneDay('e8'),
    activities: patiently('2025-11-01').activities,
    during: untilParked,
    open: true,
  },
  'extract-resumed': parkedThen('e9', 'resume'),
  'extract-skipped': parkedThen('e10', 'skip'),
  'extract-aborted': parkedThen('e11', 'abort'),
  'extract-days': {
    ...days('e12', '2025-11-04'),
    activities: { ...patiently().activities, findExtracted: async () => ['2025-11-02'] },
    children: { [idOf('e12', '2025-11-01')]: 'extract-day-of-range' },
  },
  'extract-days-running': {
    ...days('e13', '2025-11-04'),
    activities: { loadExtraction: async ({ day }) => (day === '2025-11-01' ? loadedDay : endless()) },
    during: (client) => untilAsked(client, idOf('e13', '2025-11-02'), 'loadExtraction'),
    open: true,
  },
  'extract-days-with-parked-day': {
    ...days('e14', '2025-11-04'),
    activities: {
      ...withParked.activities,
      loadExtraction: async (given) =>
        given.day === '2025-11-03' ? endless() : (withParked.activities.loadExtraction?.(given) ?? loadedDay),
    },
    during: (client) => untilAsked(client, idOf('e14', '2025-11-03'), 'loadExtraction'),
    open: true,
    children: { [idOf('e14', '2025-11-02')]: 'extract-day-parked-of-range' },
  },
  'extract-days-with-resumed-day': {
    ...days('e15', '2025-11-04'),
    activities: {
      ...resumedLater.activities,
      loadExtraction: async (given) =>
        given.day === '2025-11-03'
          ? released(held)
          : (resumedLater.activities.loadExtraction?.(given) ?? loadedDay),
    },
    during: async (client) => {
      const parked = idOf('e15', '2025-11-02');
      await untilParked(client, parked);
      resumedLater.fix();
      await client.workflow.getHandle(parked).executeUpdate('resume');
      await client.workflow.getHandle(parked).result();
      held.loading = false;
    },
    children: { [idOf('e15', '2025-11-02')]: 'extract-day-resumed-of-range' },
  },
  'extract-days-joined': {
    // A run of the first day that the range did not start is under way.
    ...days('e16', '2025-11-03'),
    activities: {
      inspectRuns: async (ids) => ids.map(() => ({ status: 'complete', contacts: 0, recordings: 0 })),
    },
    before: async (client) => {
      await client.workflow.start('extractDataset', {
        taskQueue: 'nobody',
        workflowId: idOf('e16', '2025-11-01'),
        args: [...(oneDay('e16').args ?? [])],
      });
    },
  },
  // A turn that takes long and is refused in the end: the run that an operator resumes begins with a new history.
  'extract-continues': {
    ...oneDay('e18'),
    impatient: true,
    activities: {
      createExtractionJob: async () => {
        const why = longTurns.day.pop();
        if (why === 'forbidden') return refuse('ExtractionForbidden');
        return why
          ? { status: 'wait', why, waitMs: 1 }
          : { status: 'created', jobId: 'job', lookAfterMs: 10 };
      },
    },
    during: async (client, workflowId) => {
      await untilParked(client, workflowId);
      await client.workflow.getHandle(workflowId).executeUpdate('resume');
    },
  },
  // The same as the first day of a range, which still gets the signal of its end.
  'extract-days-with-continued-day': {
    ...days('e19', '2025-11-03'),
    impatient: true,
    activities: {
      createExtractionJob: async ({ day }) => {
        const why = day === '2025-11-01' ? longTurns.range.pop() : undefined;
        if (why === 'forbidden') return refuse('ExtractionForbidden');
        return why
          ? { status: 'wait', why, waitMs: 1 }
          : { status: 'created', jobId: 'job', lookAfterMs: 10 };
      },
      loadExtraction: async ({ day }) => (day === '2025-11-02' ? released(ofRange) : loadedDay),
    },
    during: async (client) => {
      const parked = client.workflow.getHandle(idOf('e19', '2025-11-01'));
      await untilParked(client, parked.workflowId);
      await parked.executeUpdate('resume');
      await parked.result();
      ofRange.loading = false;
    },
    children: { [idOf('e19', '2025-11-01')]: 'extract-continued-day-of-range' },
  },
  'extract-days-continue': { ...days('e17', '2025-12-01'), impatient: true },
};
