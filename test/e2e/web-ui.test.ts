import { ApplicationFailure } from '@temporalio/common';
import { createNamespace } from '../setup/servers';
import { parked } from '../workflow/parked-run';
import { openWindow, quietActivities, openWorkflowEnvironment } from '../workflow/with-activities';
import { taskQueues } from '../../workflows/task-queues';
import { obtainChromium, withoutChromium } from '../setup/chromium';
import { eventually, openTestEnvironment, settledDay as day, type TestEnvironment } from './test-environment';
import { openWebUi, type WebUi } from './web-ui';

const executable = obtainChromium();
if (executable === undefined) process.stderr.write(`\n${withoutChromium}\n\n`);

describe('the browser', () => {
  it('is there, at least where CI runs', () => {
    // Elsewhere the tests below count as skipped, and what is missing has been said.
    if (process.env['CI'] && executable === undefined) throw new Error(withoutChromium);
  });
});

const withBrowser = executable === undefined ? describe.skip : describe;

withBrowser('an operator with nothing but Web UI', () => {
  let environment: TestEnvironment;
  let ui: WebUi;
  beforeAll(async () => {
    environment = await openTestEnvironment({
      simulator: { contactsPerDay: 600, agents: 20, loggedShare: 0.05 },
      tenant: { parkedTimeoutHours: 168, pageSize: 200, recordingsInFlight: 2 },
    });
    await environment.startWorker();
    ui = await openWebUi(environment, executable as string);
  });
  afterAll(async () => {
    await ui?.close();
    await environment?.close();
  });
  afterEach(() => environment.simulator.setFaults([]));

  const storedRecordings = async (): Promise<number> =>
    (await environment.query(`select * from cxone.recording where status = 'stored'`)).length;
  const filesFetched = (): string[] =>
    environment.simulator.journal.entries({ family: 'file', status: 200 }).map(({ path }) => path);
  const contactRequests = (): number => environment.simulator.journal.count({ family: 'contacts' });
  const table = () => ui.page.getByRole('table', { name: 'Workflows' });

  it('starts a window, sees it wait and why, fixes the cause, resumes it and sees it complete', async () => {
    // The permission is taken away when some recordings are stored.
    const onCall = Array.from({ length: 500 }, (_, index) => index + 9);
    environment.simulator.setFaults([{ name: 'forbidden', match: { family: 'media' }, onCall }]);
    await ui.startWorkflow(
      'syncWindow',
      'acme-10-march',
      `{"tenant": "acme", "from": "${day.from}", "to": "${day.to}"}`,
    );

    await eventually('the list shows a run that waits', async () => {
      await ui.openList('CxoneStatus="AwaitingOperator"');
      await ui.page.getByRole('link', { name: 'acme-10-march' }).first().waitFor({ timeout: 1_000 });
    });
    await ui.chooseColumns(['Status', 'Workflow ID', 'CxoneStatus', 'CxoneErrorType', 'CxoneTenant']);
    const row = table().getByRole('row', { name: /acme-10-march/ });
    await row.getByText('AwaitingOperator').waitFor();
    await row.getByText('MediaForbidden').waitFor();
    await ui.picture('web-ui-parked-list');

    await ui.openRun('acme-10-march');
    const details = await ui.currentDetails();
    expect(details).toContain('Waiting for operator since');
    expect(details).toMatch(/MediaForbidden: CXone Media Playback answered with status 403/);
    expect(details).toMatch(/What to do: In CXone, give a role of the service user this permission/);
    expect(details).toMatch(/Then send the update resume \(More Actions → Send an Update\)/);
    expect(details).toMatch(/Fails by itself at 20/);
    await ui.picture('web-ui-parked-run');
    const contacts = contactRequests();
    const files = filesFetched();
    expect(files.length).toBeGreaterThan(0);
    expect(await storedRecordings()).toBe(files.length);

    environment.simulator.setFaults([]);
    const updates = await ui.offeredUpdates();
    expect(updates.map((text) => text.split('\n')[0])).toEqual(['resume', 'skip', 'abort', 'Custom']);
    expect(updates[0]).toContain('Try again what failed, now that its cause is fixed');
    await ui.picture('web-ui-send-update');
    await ui.sendUpdate('resume');

    await ui.page.getByRole('main').getByText('Completed', { exact: true }).first().waitFor();
    expect(await ui.currentDetails()).toMatch(/Complete: 600 contacts, 600 expected/);
    await ui.picture('web-ui-resumed-run');

    expect(contactRequests()).toBe(contacts);
    const fetched = filesFetched();
    expect(fetched.length).toBeGreaterThan(files.length);
    expect(fetched).toHaveLength(new Set(fetched).size);
    expect(await storedRecordings()).toBe(fetched.length);
  });

  it('learns at once what was wrong with the input, and what a right one looks like', async () => {
    const requests = environment.simulator.journal.count();
    await ui.startWorkflow('syncWindow', 'mistyped', '{"tenant": "acme", "from": "2025-03-10", "too": 1}');
    await ui.openList('WorkflowId="mistyped"');
    await ui.openRun('mistyped');
    const main = ui.page.getByRole('main');
    await main.getByText('Failed', { exact: true }).first().waitFor();
    const message = main.getByText(/A right input: \{\\?"tenant\\?":\\?"acme\\?"/).first();
    await message.waitFor();
    const text = await message.innerText();
    expect(text).toMatch(/"from\\?": .*is not a date in ISO 8601 with a zone/);
    expect(text).toMatch(/"too\\?": no such field/);
    await ui.picture('web-ui-wrong-input');
    expect(environment.simulator.journal.count()).toBe(requests);
  });

  it('reads words of others as plain text: they are no link, no picture and no page of their own', async () => {
    const hostile =
      'a [Sign in](https://evil.example/a) ![p](https://evil.example/b.png) <img src=https://evil.example/c> ' +
      '<script>top.x=1</script> `code` **bold** https://evil.example/d www.evil.example ops@evil.example ' +
      '| x | y | &lt;b&gt; \\](https://evil.example/e) end';
    const refuse = async (): Promise<never> => {
      throw ApplicationFailure.nonRetryable(hostile, 'ContactsForbidden', { remedy: `# ${hostile}` });
    };
    const namespace = await createNamespace();
    const workers = await openWorkflowEnvironment(namespace);
    const page = await openWebUi(
      { env: environment.env, namespace: namespace.namespace },
      executable as string,
    );
    const foreign: string[] = [];
    page.page.on('request', (request) => {
      if (new URL(request.url()).hostname.endsWith('evil.example')) foreign.push(request.url());
    });
    try {
      const activities = {
        ...quietActivities(),
        openWindow: async () => ({ ...openWindow, parkedTimeoutHours: 168 }),
        fetchContactPage: refuse,
      };
      await workers.serve(activities, async () => {
        const handle = await workers.client.workflow.start('syncWindow', {
          taskQueue: taskQueues.workflows,
          workflowId: 'hostile',
          args: [{ tenant: 'acme', from: day.from, to: day.to }],
        });
        await parked(handle);
        await page.openList('WorkflowId="hostile"');
        await page.openRun('hostile');
        // Web UI shows the backslash that keeps a mail address from being a link.
        const details = (await page.currentDetails()).replaceAll(String.raw`\@`, '@');
        expect(details).toContain(`ContactsForbidden: ${hostile}`);
        expect(details).toContain(`What to do: # ${hostile}`);
        expect(await page.elementsInDetails('a, img, script, code, table, h1, h2')).toBe(0);
        // The name of the run and the words that are ours.
        expect(await page.elementsInDetails('h3')).toBe(1);
        await handle.executeUpdate('abort');
      });
      expect(foreign).toEqual([]);
    } finally {
      await page.close();
      await workers.close();
    }
  });

  it('sees a backfill with all its windows', async () => {
    const workflowId = 'backfill-of-march';
    const { client } = environment;
    const input = { tenant: 'acme', from: '2025-03-10T00:00:00Z', to: '2025-03-14T00:00:00Z', force: true };
    await client.workflow.execute('backfill', {
      taskQueue: taskQueues.workflows,
      workflowId,
      args: [input],
    });
    await eventually('the list shows the windows', async () => {
      await ui.openList(`CxoneBackfillId="${workflowId}"`);
      const rows = await table()
        .getByRole('row', { name: /sync-window:acme/ })
        .count();
      if (rows !== 4) throw new Error(`${rows} windows`);
    });
    await ui.openList(`WorkflowId="${workflowId}"`);
    await ui.openRun(workflowId);
    expect(await ui.currentDetails()).toMatch(/4 of 4/);
    await ui.openTab(/Relationships/);
    await ui.page.getByRole('main').getByText('sync-window:acme').first().waitFor();
    await ui.picture('web-ui-backfill');
  });
});
