import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { scenarios } from './scenarios';
import { type RecordedEvent, requiredStates, typeOf } from './states';

const folder = join(__dirname, 'histories');
const histories = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

function history(file: string): { readonly events: readonly RecordedEvent[] } {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    readonly events: readonly RecordedEvent[];
  };
}

function flagsOf(event: RecordedEvent): readonly number[] {
  return event.workflowTaskCompletedEventAttributes?.sdkMetadata?.coreUsedFlags ?? [];
}

interface Replayer {
  /** @throws what the SDK finds wrong with the history */
  replay(file: string): Promise<void>;
  close(): Promise<unknown>;
}

/** One worker for all histories: making one takes longer than what it then does. */
async function openReplayer(workflowsPath: string): Promise<Replayer> {
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  let next: unknown;
  // The SDK takes one history for each result it is asked for.
  function* pushed() {
    for (;;) yield { workflowId: 'fake', history: next };
  }
  const results = Worker.runReplayHistories({ workflowBundle }, pushed());
  return {
    async replay(file) {
      next = history(file);
      const { done, value } = await results.next();
      if (done) throw new Error('the worker has ended');
      if (value.error) throw value.error;
    },
    close: () => results.return?.() ?? Promise.resolve(),
  };
}

describe('a new release may meet a run in any state, so there is a history', () => {
  const recorded = histories.map((file) => history(file).events);

  it('of every type of workflow there is', () => {
    // The sources' list, as it is bundled: Temporal offers every exported function as a workflow.
    const index = readFileSync(require.resolve('../../workflows'), 'utf8');
    const types = [...index.matchAll(/export \{ (\w+) \} from/g)].map(([, type]) => type);
    expect(types.length).toBe(index.trim().split('\n').length);
    expect(new Set(types)).toEqual(new Set(Object.keys(requiredStates)));
  });

  const states = Object.entries(requiredStates).flatMap(([type, ofType]) =>
    Object.entries(ofType).map(([name, is]) => ({ type, name, is })),
  );
  it.each(states)('$type: $name', ({ type, is }) => {
    expect(recorded.some((events) => typeOf(events) === type && is(events))).toBe(true);
  });
});

describe('runs that are open out there go on under the workflows as they are now', () => {
  let now: Replayer;
  beforeAll(async () => {
    now = await openReplayer(require.resolve('../../workflows'));
  });
  afterAll(() => now?.close());

  it('and there are histories to prove it by, at least one of each scenario', () => {
    expect(histories).toEqual(expect.arrayContaining(Object.keys(scenarios).map((name) => `${name}.json`)));
    expect(histories.length).toBeGreaterThan(0);
  });

  // Without the pin of protobufjs in package.json this fails for every one: "type must be a Type".
  it.each(histories)('%s', async (file) => {
    await now.replay(file);
    // Only by these flags, which real servers keep, a changed activity type shows.
    expect(history(file).events.flatMap(flagsOf)).not.toEqual([]);
  });
});

describe('a workflow that was changed carelessly', () => {
  let altered: Replayer;
  beforeAll(async () => {
    altered = await openReplayer(require.resolve('./altered-workflows'));
  });
  afterAll(() => altered?.close());

  it.each(['several-pages.json', 'cancelled.json', 'recordings-child.json'])(
    'is found out by %s',
    async (file) => {
      await expect(altered.replay(file)).rejects.toBeInstanceOf(DeterminismViolationError);
    },
  );
});
