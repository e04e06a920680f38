import { createActivities, createPageMemory } from '../../../activities';
import { searchAttributes } from '../../../ops/search-attributes';
import { activityQueues, storeConnections } from '../../../workers/queues';
import { runWorkers } from '../../../workers/create-workers';
import { searchAttributeKeys } from '../../../workflows/search-attributes';
import { taskQueues } from '../../../workflows/task-queues';
import { acme, fakeStore } from '../activities/fakes';

const activities = createActivities({
  store: fakeStore({}),
  files: null,
  tenants: acme(),
  memory: createPageMemory(1),
  isRunning: async () => false,
  inspectRun: async () => ({ status: 'gone' as const, contacts: 0, recordings: 0 }),
  inspectBackfill: async () => ({ status: 'gone' as const, contacts: 0, recordings: 0 }),
  cancelRun: async () => undefined,
  landingRetentionDays: 7,
  maxRecordingBytes: 1,
  guardSpace: async () => {},
  now: Date.now,
});

describe('task queues', () => {
  it('serve every activity, each on exactly one', () => {
    const served = activityQueues.flatMap((queue) => queue.activities);
    expect([...served].sort()).toEqual(Object.keys(activities).sort());
  });

  it('have the names operators rely on, and one for workflows alone', () => {
    expect(activityQueues.map(({ taskQueue }) => taskQueue).sort()).toEqual([
      'cxone-api',
      'cxone-media',
      'cxone-store',
    ]);
    expect(taskQueues.workflows).toBe('cxone-sync');
  });

  it('serve the activities operators know by name', () => {
    expect(Object.keys(activities)).toEqual(
      expect.arrayContaining([
        ...[
          'authenticate',
          'openWindow',
          'fetchContactPage',
          'persistContacts',
          'fetchAgents',
          'persistAgents',
        ],
        ...['downloadRecording', 'closeWindow'],
      ]),
    );
  });

  it('never want more connections at once than the store may hold, media aside, which holds one for moments', () => {
    const bound = activityQueues.filter(({ taskQueue }) => taskQueue !== 'cxone-media');
    expect(bound.reduce((sum, { concurrency }) => sum + concurrency, 0)).toBeLessThanOrEqual(
      storeConnections,
    );
  });
});

describe('search attributes', () => {
  it('that workflows set are those the namespace is given, with their types', () => {
    const types = { KEYWORD: 'Keyword', INT: 'Int', DATETIME: 'Datetime' } as Readonly<
      Record<string, string>
    >;
    const set = Object.values(searchAttributeKeys).map(({ name, type }) => ({ name, type: types[type] }));
    expect(set).toEqual(searchAttributes);
  });

  it('are few enough for PostgreSQL visibility: 10 of type Keyword, 3 of each other', () => {
    for (const type of ['Keyword', 'Int', 'Datetime']) {
      const most = type === 'Keyword' ? 10 : 3;
      expect(searchAttributes.filter((attribute) => attribute.type === type).length).toBeLessThanOrEqual(
        most,
      );
    }
  });
});

describe('the workers of a process', () => {
  type Workers = Parameters<typeof runWorkers>[0];

  /** A worker that runs until it is shut down, or fails at once. */
  function worker(failure?: Error) {
    let stop = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    let state = 'INITIALIZED';
    return {
      stops: 0,
      getState: () => state,
      async run() {
        state = failure ? 'FAILED' : 'RUNNING';
        if (failure) throw failure;
        await stopped;
        state = 'STOPPED';
      },
      shutdown() {
        this.stops += 1;
        state = 'STOPPING';
        stop();
      },
    };
  }

  it('stop together when one of them fails, and the cause is reported', async () => {
    const healthy = [worker(), worker()];
    const failing = worker(new Error('the connection is gone'));
    const all = [healthy[0], failing, healthy[1]] as unknown as Workers;
    await expect(runWorkers(all)).rejects.toThrow('the connection is gone');
    expect(healthy.map(({ stops }) => stops)).toEqual([1, 1]);
  });

  it('stop together when one is asked to', async () => {
    const [first, second] = [worker(), worker()];
    const end = runWorkers([first, second] as unknown as Workers);
    first.shutdown();
    await end;
    expect(second.stops).toBe(1);
  });
});
