// One file beyond 400 lines: a further suite would load the SDK and start all workers once more.
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities';
import type { CreatedExtraction, ExtractionDay } from '../../activities/extraction/types';
import { resetToFailure } from '../../client/parked/reset-run';
import { runInspection } from '../../workers/run-inspection';
import type { extractDataset } from '../../workflows';
import type { ExtractInput } from '../../workflows/extract/extract-input';
import type { ExtractProgress } from '../../workflows/extract/extract-messages';
import { extractId } from '../../workflows/ids';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { taskQueues } from '../../workflows/task-queues';
import { eventually } from '../e2e/test-environment';
import {
  loadedDay,
  quietActivities,
  released,
  type WorkflowEnvironment,
  openWorkflowEnvironment,
} from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment?.close());

const wait = (why: 'held' | 'too soon' | 'busy'): CreatedExtraction => ({ status: 'wait', why, waitMs: 10 });

function refusal(type: string): ApplicationFailure {
  const details = [{ remedy: `Fix ${type}.` }];
  return ApplicationFailure.create({ type, message: `${type} happened.`, nonRetryable: true, details });
}

/** Activities of a CXone in which every day has a file of ten rows, and what they saw, in order. */
function source(
  changes: Partial<Activities> = {},
  /** What is answered to a run that wants a job; undefined: a job. */
  instead: (day: ExtractionDay) => Promise<CreatedExtraction> | undefined = () => undefined,
) {
  const seen: string[] = [];
  const claimants = new Set<string>();
  let jobs = 0;
  const quiet = quietActivities();
  const plain: Activities = {
    ...quiet,
    createExtractionJob: async ({ claimant }: ExtractionDay) => {
      claimants.add(`${claimant.workflowId} ${claimant.runId}`);
      return { status: 'created', jobId: `job-${(jobs += 1)}`, lookAfterMs: 5 };
    },
    inspectRuns: async (ids) => Promise.all(ids.map(runInspection(environment.client))),
    ...changes,
  };
  const activities: Activities = {
    ...plain,
    createExtractionJob: async (given) => {
      // What is no job yet is not noted.
      const made = await (instead(given) ?? plain.createExtractionJob(given));
      if (made.status === 'created') seen.push(`create ${given.day}`);
      return made;
    },
    lookAtExtractionJob: async (given) => {
      seen.push(`look ${given.day}`);
      return plain.lookAtExtractionJob(given);
    },
    loadExtraction: async (given) => {
      seen.push(`load ${given.day}`);
      return plain.loadExtraction(given);
    },
    endExtraction: async (given) => {
      seen.push(`end ${given.day} ${given.status} ${given.errorCode}`);
    },
  };
  return { activities, seen, claimants };
}

let tenants = 0;
/** A tenant of its own for each test: runs are found by tenant, dataset and day. */
const newInput = (more: Partial<ExtractInput> = {}): ExtractInput & { from: string; to: string } => ({
  tenant: `t${(tenants += 1)}`,
  dataset: 'interaction-metadata',
  from: '2025-11-01',
  to: '2025-11-02',
  ...more,
});
const start = (input: ExtractInput & { from: string; to: string }) =>
  environment.client.workflow.start<typeof extractDataset>('extractDataset', {
    taskQueue: taskQueues.workflows,
    workflowId: extractId(input),
    args: [input],
  });
type Handle = { readonly describe: Awaited<ReturnType<typeof start>>['describe'] };
const labelsOf = async (handle: Handle) => (await handle.describe()).typedSearchAttributes;
const parked = (handle: Handle) =>
  eventually('the run is parked', async () => {
    const status = (await labelsOf(handle)).get(keys.status);
    if (status !== 'AwaitingOperator') throw new Error(`it is ${status}`);
  });
const detailsOf = async (workflowId: string): Promise<string> => {
  const handle = environment.client.workflow.getHandle(workflowId);
  return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
};

describe('one day', () => {
  it('waits for its turn, then for its job, and loads what came of it', async () => {
    const turns = [wait('held'), wait('too soon'), wait('busy')];
    let looked = 0;
    const { activities, seen, claimants } = source(
      { lookAtExtractionJob: async () => ({ status: looked++ === 0 ? 'running' : 'succeeded' }) },
      () => {
        const turn = turns.shift();
        return turn && Promise.resolve(turn);
      },
    );
    await environment.serve(activities, async () => {
      const input = newInput();
      const handle = await start(input);
      expect(await handle.result()).toEqual({
        dataset: 'interaction-metadata',
        from: '2025-11-01',
        to: '2025-11-02',
        status: 'complete',
        days: 1,
        complete: 1,
        skipped: 0,
        unfinished: 0,
        failedDays: 0,
        failed: [],
        parked: [],
        records: 10,
        inserted: 10,
        updated: 0,
        unchanged: 0,
        rejected: 0,
        absent: 0,
      });
      expect(seen).toEqual(['create 2025-11-01', 'look 2025-11-01', 'look 2025-11-01', 'load 2025-11-01']);
      expect([...claimants]).toEqual([`${handle.workflowId} ${handle.firstExecutionRunId}`]);
      const labels = await labelsOf(handle);
      expect(labels.get(keys.status)).toBe('Complete');
      expect(labels.get(keys.tenant)).toBe(input.tenant);
      expect(labels.get(keys.windowStart)).toEqual(new Date('2025-11-01T00:00:00Z'));
      expect(await detailsOf(handle.workflowId)).toContain('10 rows: 10 new');
    });
  });

  it('that is complete already is left alone, unless that is asked for', async () => {
    const { activities, seen } = source({ findExtracted: async ({ from }) => [from] });
    await environment.serve(activities, async () => {
      expect(await (await start(newInput())).result()).toMatchObject({ status: 'complete', skipped: 1 });
      expect(seen).toEqual([]);
      const forced = await (await start(newInput({ force: true }))).result();
      expect(forced).toMatchObject({ status: 'complete', skipped: 0, complete: 1 });
    });
  });

  it('whose last rows are still to come is loaded, and not complete', async () => {
    const { activities } = source({ loadExtraction: async () => ({ ...loadedDay, status: 'unfinished' }) });
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      expect(await handle.result()).toMatchObject({ status: 'incomplete', unfinished: 1, records: 10 });
      expect((await labelsOf(handle)).get(keys.status)).toBe('Incomplete');
    });
  });

  it('has its job created again when it fails or its result is gone, and parks after the third', async () => {
    const ends = ['failed', 'gone', 'succeeded'] as const;
    let looked = 0;
    const { activities, seen } = source({
      lookAtExtractionJob: async () => ({ status: ends[looked++] ?? 'failed', said: 'No such version.' }),
      loadExtraction: async () => ({ status: 'gone' }),
    });
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      await parked(handle);
      expect(seen.map((one) => one.split(' ')[0])).toEqual([
        ...['create', 'look', 'create', 'look', 'create', 'look', 'load'],
        // The turn is given back before the run waits for an operator.
        'end',
      ]);
      expect(seen.at(-1)).toBe('end 2025-11-01 failed ExtractionFailed');
      expect((await labelsOf(handle)).get(keys.errorType)).toBe('ExtractionFailed');
      await handle.executeUpdate('abort');
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'ExtractionFailed', message: expect.stringContaining('It said: No such version.') },
      });
    });
  });

  it('begins again as often as it loses its turn', async () => {
    let lost = 0;
    const { activities, seen } = source({
      lookAtExtractionJob: async () => ({ status: (lost += 1) <= 3 ? 'lost' : 'succeeded' }),
    });
    await environment.serve(activities, async () => {
      expect(await (await start(newInput())).result()).toMatchObject({ status: 'complete' });
      expect(seen.filter((one) => one.startsWith('create'))).toHaveLength(4);
    });
  });

  it('that loses its turn again and again parks instead of making jobs for ever', async () => {
    const { activities, seen } = source({ lookAtExtractionJob: async () => ({ status: 'lost' }) });
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      await parked(handle);
      expect(seen.filter((one) => one.startsWith('create'))).toHaveLength(10);
      expect((await labelsOf(handle)).get(keys.errorType)).toBe('ExtractionBusy');
      await handle.executeUpdate('abort');
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'ExtractionBusy' } });
    });
  });

  it('fails at once where the tenant’s settings say that no one is waited for', async () => {
    const { activities } = source({
      parkedTimeout: async () => ({ hours: 0 }),
      createExtractionJob: async () => Promise.reject(refusal('ExtractionForbidden')),
    });
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'ExtractionForbidden' } });
    });
  });

  it('parks for a missing permission at once, and goes on when resumed', async () => {
    let forbidden = true;
    const forced: boolean[] = [];
    const { activities, seen } = source(
      {
        authenticate: async (given) => {
          forced.push(given.anew === true);
          return { expiresAt: '2026-11-20T01:00:00.000Z', area: 'na1' };
        },
      },
      () => (forbidden ? Promise.reject(refusal('ExtractionForbidden')) : undefined),
    );
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      await parked(handle);
      expect(seen).toEqual(['end 2025-11-01 failed ExtractionForbidden']);
      expect(await detailsOf(handle.workflowId)).toContain('What to do: Fix ExtractionForbidden.');
      expect(await handle.query<ExtractProgress>('progress')).toMatchObject({
        waitsFor: [{ code: 'ExtractionForbidden', remedy: 'Fix ExtractionForbidden.' }],
      });
      forbidden = false;
      await handle.executeUpdate('resume');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
      expect(forced).toEqual([false, true]);
    });
  });

  it('that failed while it was loaded goes on when it is reset, with a job of its own', async () => {
    let broken = true;
    const forced: boolean[] = [];
    const { activities, seen } = source({
      authenticate: async (given) => {
        forced.push(given.anew === true);
        return { expiresAt: '2026-11-20T01:00:00.000Z', area: 'na1' };
      },
      loadExtraction: async ({ jobId }) => {
        if (broken) throw refusal('UnexpectedShape');
        // As the ledger has it: what failed has given its turn back.
        return jobId === 'job-1' ? { status: 'lost' } : loadedDay;
      },
    });
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      await parked(handle);
      await handle.executeUpdate('abort');
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'UnexpectedShape' } });
      broken = false;
      const { workflowId, firstExecutionRunId } = handle;
      const { namespace } = environment.client.options;
      const reset = await resetToFailure(environment.client, namespace, workflowId, firstExecutionRunId);
      expect(reset).toMatchObject({ ok: true });
      const again = environment.client.workflow.getHandle<typeof extractDataset>(workflowId, reset.runId);
      expect(await again.result()).toMatchObject({ status: 'complete', records: 10 });
      expect(seen.filter((one) => one.startsWith('create'))).toHaveLength(2);
      // The sign-in before the step that failed stands as it was.
      expect(forced).toEqual([false]);
    });
  });

  it('can be given up', async () => {
    const { activities, seen } = source({
      createExtractionJob: async () => Promise.reject(refusal('ExtractionForbidden')),
    });
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      await parked(handle);
      await handle.executeUpdate('skip');
      expect(await handle.result()).toMatchObject({
        status: 'incomplete',
        failed: [{ day: '2025-11-01', code: 'ExtractionIncomplete' }],
      });
      expect(seen.at(-1)).toBe('end 2025-11-01 incomplete ExtractionIncomplete');
    });
  });

  it('gives its turn back when it is cancelled', async () => {
    const { activities, seen } = source({ loadExtraction: async () => Context.current().cancelled });
    await environment.serve(activities, async () => {
      const handle = await start(newInput());
      await eventually('it loads', async () => expect(seen.at(-1)).toBe('load 2025-11-01'));
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(seen.at(-1)).toBe('end 2025-11-01 failed Cancelled');
    });
  });
});

describe('a range', () => {
  const range = { from: '2025-11-01', to: '2025-11-05' };

  it('is brought in day after day, each by a run of its own, but for what is complete', async () => {
    const { activities, seen, claimants } = source({ findExtracted: async () => ['2025-11-02'] });
    await environment.serve(activities, async () => {
      const input = newInput(range);
      const handle = await start(input);
      expect(await handle.result()).toMatchObject({
        status: 'complete',
        days: 4,
        complete: 3,
        skipped: 1,
        records: 30,
        inserted: 30,
      });
      const days = ['2025-11-01', '2025-11-03', '2025-11-04'];
      expect(seen.filter((one) => one.startsWith('create'))).toEqual(days.map((day) => `create ${day}`));
      expect([...claimants].map((one) => one.split(' ')[0])).toEqual(
        days.map((day) => `extract:${input.tenant}:interaction-metadata:${day}`),
      );
      const child = environment.client.workflow.getHandle(
        `extract:${input.tenant}:interaction-metadata:2025-11-01`,
      );
      expect((await labelsOf(child)).get(keys.trigger)).toBe('manual');
    });
  });

  it('is not stopped by a day that fails or is parked, which goes on when its cause is fixed', async () => {
    const broken = new Set(['2025-11-02']);
    const held = { loading: true };
    const { activities } = source({
      loadExtraction: async ({ day }) => {
        if (day === '2025-11-01') throw refusal('WindowInFuture');
        if (broken.has(day)) throw refusal('UnexpectedShape');
        return day === '2025-11-04' ? released(held) : loadedDay;
      },
    });
    await environment.serve(activities, async () => {
      const input = newInput(range);
      const handle = await start(input);
      const progress = () => handle.query<ExtractProgress>('progress');
      const id = (day: string) => `extract:${input.tenant}:interaction-metadata:${day}`;
      await parked(environment.client.workflow.getHandle(id('2025-11-02')));
      await eventually('the last day is under way', async () =>
        expect(await progress()).toMatchObject({ day: '2025-11-04', complete: 1, parked: ['2025-11-02'] }),
      );
      expect(await detailsOf(handle.workflowId)).toContain('Parked: 2025-11-02');
      broken.clear();
      await environment.client.workflow.getHandle(id('2025-11-02')).executeUpdate('resume');
      await eventually('the resumed day is reported', async () =>
        expect(await progress()).toMatchObject({ complete: 2, parked: [] }),
      );
      held.loading = false;
      expect(await handle.result()).toMatchObject({
        status: 'incomplete',
        complete: 3,
        failedDays: 1,
        failed: [{ day: '2025-11-01', code: 'WindowInFuture' }],
        parked: [],
        records: 30,
      });
      expect((await labelsOf(handle)).get(keys.status)).toBe('Incomplete');
    });
  });

  it('waits for another run of a day instead of beginning it', async () => {
    const held = { loading: true };
    const { activities, seen } = source({
      loadExtraction: () => released(held),
      inspectRuns: async (ids) => {
        held.loading = false;
        const runs = await Promise.all(ids.map(runInspection(environment.client)));
        return runs.map(() => ({ status: 'complete', contacts: 0, recordings: 0 }));
      },
    });
    await environment.serve(activities, async () => {
      const input = newInput({ from: '2025-11-01', to: '2025-11-03' });
      await start({ ...input, to: '2025-11-02' });
      await eventually('it loads', async () => expect(seen.at(-1)).toBe('load 2025-11-01'));
      expect(await (await start(input)).result()).toMatchObject({ status: 'complete', complete: 2 });
      expect(seen.filter((one) => one.startsWith('create'))).toHaveLength(2);
    });
  });

  it('of a schedule is the last whole days', async () => {
    const { activities, seen } = source();
    await environment.serve(activities, async () => {
      const { tenant, dataset } = newInput();
      const handle = await environment.client.workflow.start<typeof extractDataset>('extractDataset', {
        taskQueue: taskQueues.workflows,
        workflowId: `extract:${tenant}:nightly`,
        args: [{ tenant, dataset, lastDays: 2, force: true }],
      });
      const { startTime } = await handle.describe();
      const dayBefore = (days: number) =>
        new Date(startTime.getTime() - days * 86_400_000).toISOString().slice(0, 10);
      expect(await handle.result()).toMatchObject({
        status: 'complete',
        from: dayBefore(2),
        to: dayBefore(0),
        complete: 2,
      });
      expect(seen.filter((one) => one.startsWith('load'))).toEqual([
        `load ${dayBefore(2)}`,
        `load ${dayBefore(1)}`,
      ]);
    });
  });

  it('with a wrong input fails at once and says what is wrong', async () => {
    const handle = await environment.client.workflow.start('extractDataset', {
      taskQueue: taskQueues.workflows,
      workflowId: 'extract:wrong',
      args: [{ tenant: 'acme', dataset: 'calls', from: 'yesterday', to: '2025-11-02' }],
    });
    await environment.serve(quietActivities(), async () => {
      await expect(handle.result()).rejects.toMatchObject({
        cause: {
          type: 'InvalidInput',
          message: expect.stringMatching(/"dataset": expected .*"evaluations".*"from": "yesterday"/),
        },
      });
    });
  });
});
