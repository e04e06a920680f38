import type { Source } from '../../../../client/verify/source';
import { type DayResult, isWhole, verifyDays, type VerifyParts } from '../../../../client/verify/verify-days';
import type { HeldFile, Holdings } from '../../../../store';

const first = new Date('2026-07-20T00:00:00Z');
const end = new Date('2026-07-23T00:00:00Z');
const dayOf = (instant: Date) => instant.toISOString().slice(0, 10);

/** Three days with one contact each in CXone; `missing` days lack it here until they are repaired. */
function environment(missing: readonly string[], heals = true) {
  const lacking = new Set(missing);
  const steps: string[] = [];
  const recordAt = (day: string) => ({
    contactId: Number(day.slice(8)),
    contactStartDate: `${day}T01:00:00Z`,
  });
  const source: Source = {
    count: async ({ from }) => {
      steps.push(`count ${dayOf(from)}`);
      return 1;
    },
    async *pages({ from }) {
      steps.push(`ids ${dayOf(from)}`);
      yield { records: [recordAt(dayOf(from))], total: 1 };
    },
  };
  const holdings: Holdings = {
    counts: async ({ from }) => ({ stored: lacking.has(dayOf(from)) ? 0 : 1, absent: 0, rejected: 0 }),
    contacts: async ({ from }) =>
      new Map(
        lacking.has(dayOf(from))
          ? []
          : [[String(Number(dayOf(from).slice(8))), { updatedAt: 0, absent: false }]],
      ),
    rejected: async () => [],
    files: async () => [] as HeldFile[],
  };
  const parts: VerifyParts = {
    tenant: 'acme',
    from: first,
    to: end,
    filter: { skillIds: [], campaignIds: [], mediaTypeIds: [] },
    byIds: false,
    source,
    holdings,
    recordings: {
      refetch: async () => Promise.reject(new Error('nothing is to be fetched here')),
      known: async () => [],
    },
    files: null,
    repair: async ({ day }, withRecordings) => {
      steps.push(`repair ${day}${withRecordings ? ' with recordings' : ''}`);
      if (heals) lacking.delete(day);
      return { workflowId: `run of ${day}`, ok: heals, ...(heals ? {} : { code: 'CountMismatch' }) };
    },
    onProgress: () => undefined,
  };
  return { parts, steps };
}

async function days(parts: VerifyParts): Promise<DayResult[]> {
  const results: DayResult[] = [];
  for await (const day of verifyDays(parts)) results.push(day);
  return results;
}

describe('verifying days', () => {
  it('repairs each day that differs, and no other, before it goes on', async () => {
    const { parts, steps } = environment(['2026-07-21']);
    const results = await days(parts);
    expect(steps).toEqual([
      'count 2026-07-20',
      'count 2026-07-21',
      'ids 2026-07-21',
      'repair 2026-07-21',
      'ids 2026-07-21',
      'count 2026-07-22',
    ]);
    expect(results.map(isWhole)).toEqual([true, true, true]);
    expect(results[1]).toMatchObject({ missing: 0, found: { missing: 1 }, repair: { ok: true } });
  });

  it('goes on after a repair that failed, and reports it', async () => {
    const { parts } = environment(['2026-07-20', '2026-07-22'], false);
    const results = await days(parts);
    expect(results.map(isWhole)).toEqual([false, true, false]);
    expect(results[0]).toMatchObject({ missing: 1, repair: { ok: false, code: 'CountMismatch' } });
  });

  it('changes nothing when it may not repair', async () => {
    const { parts, steps } = environment(['2026-07-20']);
    const results = await days({ ...parts, repair: null });
    expect(results.map(isWhole)).toEqual([false, true, true]);
    expect(results[0]).not.toHaveProperty('repair');
    expect(steps.filter((step) => step.startsWith('repair'))).toEqual([]);
  });

  it('stops at the first error: what cannot be asked is not called different', async () => {
    const { parts } = environment([]);
    const source: Source = { ...parts.source, count: async () => Promise.reject(new Error('gone')) };
    await expect(days({ ...parts, source })).rejects.toThrow('gone');
  });
});

describe('a day is whole', () => {
  const files = { checked: 2, bytes: 20, missing: 0, changed: 0 };

  it.each([
    ['equal contacts', { verdict: 'equal' }, true],
    ['equal contacts and files', { verdict: 'equal', recordings: files }, true],
    ['different contacts', { verdict: 'different' }, false],
    ['a source that does not come to rest', { verdict: 'uncertain', recordings: files }, false],
    ['a missing file', { verdict: 'equal', recordings: { ...files, missing: 1 } }, false],
    ['a changed file', { verdict: 'equal', recordings: { ...files, changed: 1 } }, false],
    [
      'a file that was not fetched again',
      { verdict: 'equal', recordings: { ...files, unrepaired: 1 } },
      false,
    ],
  ] as const)('or not, with %s', (_what, result, whole) => {
    expect(isWhole(result)).toBe(whole);
  });
});
