import type { WorkflowHandle } from '@temporalio/client';
import { startExtraction } from '../../../client/extract/run-extract';
import { planExtraction } from '../../../workflows/extract/extract-input';
import { taskQueues } from '../../../workflows/task-queues';
import { compareIds, differences, storedContacts, trueContacts } from '../../e2e/truth';
import { compareWindow } from '../compare-window';
import { windowTruth } from '../window-truth';
import type { Job } from './outage-schedule';
import type { OutageEnvironment } from './outage-environment';

/** Something to do while a part fails, and how to check that all of it was done. */
export interface OutageJob {
  start(): Promise<WorkflowHandle>;
  /** How the stored rows differ from CXone's, one line each, once the run is complete and nothing fails any more. */
  problems(): Promise<readonly string[]>;
}

const hourMs = 3_600_000;
const day = { from: '2025-03-10', to: '2025-03-11' };
const from = Date.parse('2025-03-10T06:00:00Z');
const window = { by: 'start' as const, from, to: from + 6 * hourMs };

export const outageJobs: Readonly<Record<Job, (outage: OutageEnvironment) => OutageJob>> = {
  window: ({ environment, recordingsFolder: folder }) => ({
    start: () =>
      environment.start({ from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() }),
    async problems() {
      const truth = await windowTruth(environment.simulator, window);
      const { pool } = environment;
      const nothing = { earlier: new Map(), tombstones: true, agentsHidden: false, lost: [] };
      return compareWindow({ pool, folder, tenant: 'acme', window, truth, ...nothing });
    },
  }),

  live(opened) {
    const { environment } = opened;
    let ticks = 0;
    const start = (): Promise<WorkflowHandle> =>
      environment.client.workflow.start('incrementalSync', {
        taskQueue: taskQueues.workflows,
        workflowId: `incremental:acme-${(ticks += 1)}`,
        args: [{ tenant: 'acme' }],
      });
    return {
      start,
      async problems() {
        // One more tick: it reads whatever the first one left.
        await (await start()).result();
        const [row] = await environment.query<{ value: Date }>(
          `select value from cxone.watermark where tenant = 'acme' and stream = 'contacts'`,
        );
        const until = row?.value.getTime() ?? 0;
        const ahead = until - opened.now();
        const span = (back: number) => ({
          from: new Date(until - back * hourMs).toISOString(),
          to: new Date(until + hourMs).toISOString(),
        });
        const [truth, stored] = [
          await trueContacts(environment, span(72)),
          await storedContacts(environment, span(72)),
        ];
        // The very first tick begins a day back.
        const changed = [...truth].filter(([, record]) => {
          const stamp = Date.parse(String(record['lastUpdateTime']));
          return stamp >= until - 20 * hourMs && stamp < Math.min(until, opened.now() - hourMs / 60);
        });
        return [
          // Our own clock and a quarter of an hour are all that is left when both of CXone's are wrong.
          ...(ahead > 16 * 60_000 ? [`the watermark is ${ahead} ms ahead`] : []),
          ...(changed.length < 100 ? [`only ${changed.length} contacts changed up to the watermark`] : []),
          ...changed.flatMap(([id, record]) =>
            differences(record, stored.get(id)).map((what) => `contact ${id} ${what}`),
          ),
        ];
      },
    };
  },

  extraction: ({ environment }) => ({
    async start() {
      const input = { tenant: 'acme', dataset: 'interaction-metadata' as const, ...day };
      return startExtraction(environment.client, input, planExtraction(input, new Date()));
    },
    async problems() {
      const span = { from: Date.parse(day.from), to: Date.parse(day.to), extraction: true };
      const { interactionMetadata = [] } = environment.simulator.truth(span);
      const rows = await environment.query<{ segment_id: string }>(
        'select segment_id from cxone.interaction_metadata',
      );
      const { missing, unexpected } = compareIds(
        interactionMetadata.map(({ segmentId }) => segmentId),
        rows.map((row) => row.segment_id),
      );
      return [
        ...missing.map((id) => `segment ${id} is missing`),
        ...unexpected.map((id) => `segment ${id} is not at CXone`),
      ];
    },
  }),
};
