import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Activities } from '../../activities';
import type { syncWindow } from '../../workflows';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { taskQueues } from '../../workflows/task-queues';
import { eventually } from '../e2e/test-environment';
import { detailsOf, parked, refusal, statusOf } from './parked-run';
import {
  openWindow,
  pageOf,
  quietActivities,
  report,
  type WorkflowEnvironment,
  openWorkflowEnvironment,
} from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment?.close());

const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
const parks = { ...openWindow, parkedTimeoutHours: 168 };

let runs = 0;
const start = () =>
  environment.client.workflow.start<typeof syncWindow>('syncWindow', {
    taskQueue: taskQueues.workflows,
    workflowId: `parking-${(runs += 1)}`,
    args: [input],
  });
/** A source in which something is broken until the test fixes it. */
function broken(what: Partial<Activities>): { activities: Activities; fix: () => void } {
  let fixed = false;
  const quiet = quietActivities();
  const activities = { ...quiet, openWindow: async () => parks };
  for (const [name, fails] of Object.entries(what)) {
    const [key, works] = [name as keyof Activities, quiet[name as keyof Activities]];
    activities[key] = ((given: never) => (fixed ? works(given) : fails(given))) as never;
  }
  return { activities, fix: () => (fixed = true) };
}

describe('a run that only a person can help', () => {
  it('waits, says why and what to do, and goes on with what failed when resumed', async () => {
    const fetched: number[] = [];
    let forbidden = true;
    const quiet = quietActivities();
    const noted: unknown[] = [];
    const source: Activities = {
      ...quiet,
      openWindow: async () => parks,
      fetchContactPage: async ({ skip, top }) => {
        if (skip === 20 && forbidden) throw refusal('ContactsForbidden');
        fetched.push(skip);
        return pageOf(25, skip, top);
      },
      noteParked: async ({ parked: cause }) => void noted.push(cause?.code ?? null),
    };
    await environment.serve(source, async () => {
      const handle = await start();
      await parked(handle);
      const details = await detailsOf(handle);
      expect(details).toContain('**ContactsForbidden**: ContactsForbidden happened.');
      expect(details).toContain('What to do: Fix ContactsForbidden.');
      expect(details).toContain('**resume**');
      expect((await handle.describe()).typedSearchAttributes.get(keys.errorType)).toBe('ContactsForbidden');
      forbidden = false;
      expect(await handle.executeUpdate<string, []>('resume')).toContain('goes on');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
      expect(await statusOf(handle)).toBe('Complete');
      expect((await handle.describe()).typedSearchAttributes.get(keys.errorType)).toBeUndefined();
    });
    // The landing answers for pages that were fetched; here every slice is asked of the activity again at most once.
    expect(fetched.filter((skip) => skip === 20)).toHaveLength(1);
    expect(noted).toEqual(['ContactsForbidden', null]);
  });

  it('parks once for all parts that fail, and runs only those again', async () => {
    const { activities, fix } = broken({
      fetchAgents: async () => {
        throw refusal('AgentsForbidden');
      },
      dueRecordings: async () => {
        throw refusal('MediaForbidden');
      },
    });
    let counts = 0;
    const source = {
      ...activities,
      countContacts: async () => {
        counts += 1;
        return { totals: [25], lastPollTime: null };
      },
    };
    await environment.serve(source, async () => {
      const handle = await start();
      await parked(handle);
      const details = await detailsOf(handle);
      expect(details).toContain('AgentsForbidden');
      expect(details).toContain('MediaForbidden');
      fix();
      await handle.executeUpdate('resume');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
    expect(counts).toBe(1);
  });

  it('lets the recordings go on while the agents are forbidden', async () => {
    let downloads = 0;
    const { activities, fix } = broken({
      fetchAgents: async () => {
        throw refusal('AgentsForbidden');
      },
    });
    const source: Activities = {
      ...activities,
      dueRecordings: async ({ after }) => (after === null && downloads === 0 ? ['100', '101'] : []),
      downloadRecording: async () => {
        downloads += 1;
        return { status: 'stored', files: 1, bytes: 1 };
      },
    };
    await environment.serve(source, async () => {
      const handle = await start();
      await parked(handle);
      expect(downloads).toBe(2);
      fix();
      await handle.executeUpdate('resume');
      await handle.result();
    });
    expect(downloads).toBe(2);
  });

  it('parks again, with the new cause, when what was fixed still fails', async () => {
    let cause = 'InvalidClient';
    const source: Activities = {
      ...quietActivities(),
      openWindow: async () => parks,
      authenticate: async ({ anew }) => {
        if (cause !== '') throw refusal(cause);
        expect(anew).toBe(true);
        return { expiresAt: '2026-11-20T01:00:00.000Z', area: null };
      },
    };
    await environment.serve(source, async () => {
      const handle = await start();
      await parked(handle);
      cause = 'InvalidAccessKey';
      await handle.executeUpdate('resume');
      await eventually('it is parked for the new cause', async () => {
        if (!(await detailsOf(handle)).includes('**InvalidAccessKey**')) throw new Error('not yet');
      });
      cause = '';
      await handle.executeUpdate('resume');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
  });

  it('waits its full time again when a person resumed it in vain', async () => {
    const { activities, fix } = broken({
      fetchContactPage: async () => {
        throw refusal('ContactsForbidden');
      },
    });
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      const givesUpAt = async () => /Fails by itself at (\S+)/.exec(await detailsOf(handle))?.[1] ?? '';
      const first = await givesUpAt();
      await eventually('it gives up later than at first', async () => {
        await handle.executeUpdate('resume');
        await parked(handle);
        if ((await givesUpAt()) <= first) throw new Error('it does not');
      });
      fix();
      await eventually('it is resumed', () => handle.executeUpdate('resume'));
      await handle.result();
    });
  });

  it('closes its window as incomplete when the rest is skipped', async () => {
    const { activities } = broken({
      fetchAgents: async () => {
        throw refusal('AgentsForbidden');
      },
    });
    const closed: unknown[] = [];
    const source: Activities = {
      ...activities,
      closeWindow: async (close) => {
        closed.push(close.status);
        return activities.closeWindow(close);
      },
    };
    await environment.serve(source, async () => {
      const handle = await start();
      await parked(handle);
      expect(await handle.executeUpdate<string, []>('skip')).toContain('incomplete');
      expect(await handle.result()).toMatchObject({ status: 'incomplete' });
      expect(await statusOf(handle)).toBe('Incomplete');
    });
    expect(closed).toEqual(['incomplete']);
  });

  it('fails with its cause when it is aborted', async () => {
    const { activities } = broken({
      fetchContactPage: async () => {
        throw refusal('ContactsForbidden');
      },
    });
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      await handle.executeUpdate('abort');
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'ContactsForbidden' } });
      expect(await statusOf(handle)).toBe('Failed');
    });
  });

  it('can be cancelled while it waits', async () => {
    const { activities } = broken({
      fetchContactPage: async () => {
        throw refusal('ContactsForbidden');
      },
    });
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    });
  });

  it('waits also when the ledger cannot be closed, and then writes it, however it was to end', async () => {
    for (const [decision, endings] of [
      ['resume', ['complete', 'complete']],
      ['skip', ['complete', 'incomplete']],
    ] as const) {
      const closed: string[] = [];
      const source: Activities = {
        ...quietActivities(),
        openWindow: async () => parks,
        closeWindow: async ({ status }) => {
          closed.push(status);
          if (closed.length === 1) throw refusal('DatabaseFull', true);
          return { ...report, status };
        },
      };
      await environment.serve(source, async () => {
        const handle = await start();
        await parked(handle);
        expect(await detailsOf(handle)).toContain('**DatabaseFull**');
        await handle.executeUpdate(decision);
        expect(await handle.result()).toMatchObject({ status: endings[1] });
        expect(await statusOf(handle)).toBe(endings[1] === 'complete' ? 'Complete' : 'Incomplete');
      });
      expect(closed).toEqual(endings);
    }
  });

  it('waits once more when it is skipped before its window could be opened, and says why', async () => {
    let misconfigured = true;
    const quiet = quietActivities();
    const source: Activities = {
      ...quiet,
      openWindow: async () => {
        if (misconfigured) throw refusal('TenantMisconfigured');
        return parks;
      },
      closeWindow: async ({ status }) => ({ ...report, status }),
    };
    await environment.serve(source, async () => {
      const [closes, fails] = [await start(), await start()];
      for (const handle of [closes, fails]) {
        await parked(handle);
        expect(await detailsOf(handle)).not.toContain('cannot be closed');
        await handle.executeUpdate('skip');
        await eventually('it waits again', async () => {
          const details = await detailsOf(handle);
          expect(details).toContain('**Waiting for operator**');
          expect(details).toContain('**TenantMisconfigured**');
          expect(details).toContain('its window cannot be closed in the ledger, not even as incomplete');
        });
      }
      await fails.executeUpdate('skip');
      await expect(fails.result()).rejects.toMatchObject({ cause: { type: 'TenantMisconfigured' } });
      misconfigured = false;
      await closes.executeUpdate('skip');
      expect(await closes.result()).toMatchObject({ status: 'incomplete' });
    });
  });

  it('says when it tries by itself where the cause may pass, and when it gives up', async () => {
    const { activities } = broken({
      fetchContactPage: async () => {
        throw refusal('CxoneUnavailable', true);
      },
    });
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      const details = await detailsOf(handle);
      expect(details).toMatch(/Tries again by itself at 20/);
      expect(details).toMatch(/Fails by itself at 20/);
      await handle.executeUpdate('abort');
      await handle.result().catch(() => undefined);
    });
  });
});

describe('the updates', () => {
  it('are refused while the run works, with a word why, and leave no trace', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const source: Activities = {
      ...quietActivities(),
      fetchContactPage: async ({ skip, top }) => {
        await gate;
        return pageOf(25, skip, top);
      },
    };
    await environment.serve(source, async () => {
      const handle = await start();
      for (const update of ['resume', 'skip', 'abort']) {
        const error: unknown = await handle.executeUpdate(update).catch((refused: unknown) => refused);
        expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
        expect((error as WorkflowUpdateFailedError).cause).toMatchObject({ type: 'NotParked' });
      }
      release();
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
  });

  it('are listed with what they do', async () => {
    await environment.serve(quietActivities(), async () => {
      const handle = await start();
      await handle.result();
      const { definition } = await handle.query<{
        definition: { updateDefinitions: { name: string; description: string }[] };
      }>('__temporal_workflow_metadata');
      expect(definition.updateDefinitions.map(({ name }) => name).toSorted()).toEqual([
        'abort',
        'resume',
        'skip',
      ]);
      for (const { description } of definition.updateDefinitions)
        expect(description.length).toBeGreaterThan(20);
    });
  });
});

describe('what does not wait for a person', () => {
  it.each(['WindowBusy', 'UnknownTenant', 'PageMissing'])('fails at once: %s', async (code) => {
    const { activities } = broken({
      persistContacts: async () => {
        throw refusal(code);
      },
    });
    await environment.serve(activities, async () => {
      const handle = await start();
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: code } });
    });
  });
});
