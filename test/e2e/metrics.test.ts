import { ownMetrics, sdkMetrics } from '../unit/ops/exported-metrics';
import {
  eventually,
  openTestEnvironment,
  reportOf,
  settledDay as day,
  type TestEnvironment,
} from './test-environment';

jest.setTimeout(120_000);

let environment: TestEnvironment;
afterAll(() => environment?.close());

type Series = ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>;

/** The labels of every series on a Prometheus endpoint, by name; buckets of histograms under the histogram's own. */
async function seriesAt(port: string): Promise<Series> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const series = new Map<string, Record<string, string>[]>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    const found = Object.fromEntries(
      [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) => [key, value]),
    );
    const ours = name.startsWith('cxone_') ? name.replace(/_(?:bucket|sum|count)$/, '') : name;
    series.set(ours, [...(series.get(ours) ?? []), found]);
  }
  return series;
}

it('a worker shows every metric that rules rely on, with its labels, and no other of ours', async () => {
  environment = await openTestEnvironment({ simulator: { contactsPerDay: 60, loggedShare: 0.5 } });
  await environment.query(
    `insert into cxone.watermark values ('acme', 'contacts', now() - interval '1 hour')`,
  );
  await environment.query(
    `insert into cxone.source_clock (tenant, own_clock, clock, latest_clock) values ('acme', now(), now(), now())`,
  );
  await environment.query(
    `insert into cxone.sync_window (tenant, window_start, window_end, read_by, skill_ids, campaign_ids,
       media_type_ids, status, attempt, parked_at, parked_code)
     values ('acme', '2025-01-01', '2025-01-02', 'start', '{}', '{}', '{}', 'running', 1, now(), 'MediaForbidden')`,
  );
  await environment.query(
    `insert into cxone.extraction (tenant, dataset, day, status, attempt, workflow_id, run_id, started_at)
     values ('acme', 'evaluations', '2025-01-01', 'failed', 1, 'w', 'r', now())`,
  );
  const worker = await environment.startWorker({ METRICS_ADDRESS: '127.0.0.1:0' });
  const port = /"port":(\d+),"msg":"metrics are served"/.exec(worker.log())?.[1] ?? '';
  // CXone refuses one request and asks for a pause: however slow the machine, others come within it and wait.
  environment.simulator.setFaults([
    { name: 'tooManyRequests', match: { family: 'media' }, times: 1, args: { retryAfter: 10 } },
  ]);
  reportOf(await environment.sync(day));
  // An unknown workflow type: its tasks fail.
  const unknown = await environment.client.workflow.start('nonesuch', {
    taskQueue: 'cxone-sync',
    workflowId: 'nonesuch',
  });
  try {
    const series = await eventually('every metric is shown', async () => {
      const now = await seriesAt(port);
      const missing = Object.keys({ ...ownMetrics, ...sdkMetrics }).filter((name) => !now.has(name));
      if (missing.length > 0) throw new Error(missing.join(', '));
      return now;
    });
    const ours = [...series.keys()].filter((name) => name.startsWith('cxone_'));
    expect(ours.sort()).toEqual(Object.keys(ownMetrics).sort());
    for (const [name, labels] of Object.entries(ownMetrics)) {
      for (const { le: _le, ...found } of series.get(name) ?? []) {
        expect([name, Object.keys(found).sort()]).toEqual([name, [...labels].sort()]);
      }
    }
    for (const [name, labels] of Object.entries(sdkMetrics)) {
      for (const found of series.get(name) ?? []) {
        expect([name, Object.keys(found)]).toEqual([name, expect.arrayContaining([...labels])]);
      }
    }
    expect(series.get('cxone_parked_runs')).toEqual([{ tenant: 'acme', code: 'MediaForbidden' }]);
  } finally {
    await unknown.terminate();
  }
});
