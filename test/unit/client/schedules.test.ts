import { type SchedulePlan, scheduleIds, schedulesOf } from '../../../client/schedule/schedules';
import { planExtraction } from '../../../workflows/extract/extract-input';

const plan: SchedulePlan = {
  tenant: 'acme',
  everyMs: 300_000,
  rereadDays: 3,
  extract: { datasets: [], days: 3 },
};
const idsOf = (changes: Partial<SchedulePlan>) =>
  schedulesOf({ ...plan, ...changes }).map(({ scheduleId }) => scheduleId);

describe('the schedules of a tenant', () => {
  it('extract nothing unless the settings say so', () => {
    expect(idsOf({})).toEqual(['incremental:acme', 'reread:acme']);
    expect(idsOf({ rereadDays: 0 })).toEqual(['incremental:acme']);
  });

  it('extract each dataset that is wanted, every night', () => {
    const extract = { datasets: ['interaction-metadata', 'evaluations'] as const, days: 5 };
    expect(idsOf({ extract, rereadDays: 0 })).toEqual([
      'incremental:acme',
      'extract:acme:interaction-metadata',
      'extract:acme:evaluations',
    ]);
    const evaluations = schedulesOf({ ...plan, extract }).find(({ scheduleId }) =>
      scheduleId.endsWith(':evaluations'),
    );
    expect(evaluations?.spec.calendars).toHaveLength(1);
    // What the schedule gives is an input that the workflow takes: whole days before the night, once more.
    const action = evaluations?.action as { readonly args: readonly unknown[] } | undefined;
    expect(planExtraction(action?.args[0], new Date('2026-11-25T02:17:00Z'))).toEqual({
      tenant: 'acme',
      dataset: 'evaluations',
      from: '2026-11-20',
      to: '2026-11-25',
      days: 5,
      force: true,
    });
  });

  it('are known by their ids, whether or not they are wanted', () => {
    const extract = { datasets: ['interaction-metadata', 'evaluations'] as const, days: 3 };
    expect(scheduleIds('acme')).toEqual(idsOf({ extract }));
  });
});
