import { createLookupActivities } from '../../../activities/lookups';
import type { FetchLookupsInput } from '../../../activities/list-types';
import type { LookupName } from '../../../activities/types';
import { CxoneError, type LookupPage, type LookupPageRequest } from '../../../cxone';
import type { CxoneErrorCode } from '../../../errors';
import type { Batch, LookupEnd } from '../../../store';
import { acme, fakeStore, memoryLanding, run } from './fakes';

const now = Date.parse('2026-11-20T12:00:00.000Z');
const skills: FetchLookupsInput = {
  tenant: 'acme',
  windowId: '7',
  attempt: 1,
  round: 0,
  list: 'skills',
  skip: 0,
};

function listPage(records: number, totalRecords: number | null, hasNext = false): LookupPage {
  const rows = Array.from({ length: records }, (_, index) => ({
    skillId: index + 1,
    skillName: `s${index}`,
  }));
  return { body: Buffer.from(JSON.stringify({ skills: rows })), records: rows, totalRecords, hasNext };
}

interface Given {
  readonly page?: (request: LookupPageRequest) => LookupPage;
  readonly problem?: string;
  readonly lookupRefreshHours?: number;
}

function environment({ page = () => listPage(0, null), problem, lookupRefreshHours = 24 }: Given = {}) {
  const seen = {
    asked: [] as LookupPageRequest[],
    claims: [] as unknown[],
    failures: [] as unknown[],
    persisted: [] as { list: LookupName; pageId: string; batch: Batch; end: LookupEnd | undefined }[],
  };
  const landing = memoryLanding();
  const activities = createLookupActivities({
    now: () => now,
    store: fakeStore({
      landing,
      lookups: {
        async claim(...claim) {
          seen.claims.push(claim);
          return { due: ['teams'], failed: [{ list: 'skills', code: 'LookupsForbidden' }] };
        },
        async noteFailure(...failure) {
          seen.failures.push(failure);
        },
        async persistPage({ list, pageId }, batch, end) {
          seen.persisted.push({ list, pageId, batch, end });
          return {
            inserted: batch.rows.length,
            updated: 0,
            unchanged: 0,
            rejected: 0,
            problem: problem ?? null,
          };
        },
      },
    }),
    tenants: acme(
      {
        async lookupPage(request) {
          seen.asked.push(request);
          return page(request);
        },
      },
      { lookupRefreshHours },
    ),
  });
  return { activities, seen, landing };
}

describe('claimLookups', () => {
  it('takes lists that were not read for the given number of hours, or failed more than an hour ago', async () => {
    const { activities, seen } = environment({ lookupRefreshHours: 6 });
    expect(await run(activities, 'claimLookups', { tenant: 'acme', windowId: '7' })).toEqual({
      due: ['teams'],
      failed: [{ list: 'skills', code: 'LookupsForbidden' }],
    });
    expect(seen.claims).toEqual([
      ['acme', '7', new Date('2026-11-20T06:00:00Z'), new Date('2026-11-20T11:00:00Z')],
    ]);
    expect(seen.asked).toEqual([]);
  });
});

describe('fetchLookups', () => {
  it('lands a page under its list', async () => {
    const { activities, seen, landing } = environment({ page: () => listPage(3, 3) });
    expect(await run(activities, 'fetchLookups', skills)).toEqual({
      pageId: '1',
      records: 3,
      totalRecords: 3,
      next: null,
      refused: null,
    });
    expect(seen.asked).toEqual([{ list: 'skills', skip: 0, top: 1_000 }]);
    expect(landing.pages).toMatchObject([{ kind: 'skills', slice: '0', records: 3 }]);
  });

  it('does not ask again for what the attempt has landed', async () => {
    const { activities, seen } = environment({ page: () => listPage(1_000, 1_500) });
    const first = await run(activities, 'fetchLookups', skills);
    expect(await run(activities, 'fetchLookups', skills)).toEqual(first);
    expect(seen.asked).toHaveLength(1);
  });

  it('lands an empty list too: it ends the reading', async () => {
    const { activities, landing } = environment();
    expect(await run(activities, 'fetchLookups', skills)).toMatchObject({
      pageId: '1',
      records: 0,
      next: null,
    });
    expect(landing.pages).toHaveLength(1);
  });

  it.each([
    ['by the total, however few a page brings', listPage(100, 250), 100],
    ['not beyond the total', listPage(100, 100), null],
    ['beyond the total where the answer links to more', listPage(100, 100, true), 100],
    ['beyond the total after a full page', listPage(1_000, 1_000), 1_000],
    ['by the link where no total is given', listPage(100, null, true), 100],
    ['after a full page without total or link', listPage(1_000, null), 1_000],
    ['not after a page that is not full', listPage(999, null), null],
    ['not after an empty page, whatever the total promises', listPage(0, 2_000, true), null],
  ])('goes on %s', async (_how, page, next) => {
    const { activities } = environment({ page: () => page });
    expect((await run(activities, 'fetchLookups', skills)).next).toBe(next);
  });

  it('does not follow a list that never ends', async () => {
    const { activities } = environment({ page: () => listPage(1_000, null, true) });
    const far = { ...skills, skip: 199_000 };
    expect((await run(activities, 'fetchLookups', far)).next).toBeNull();
  });

  it.each<CxoneErrorCode>(['LookupsForbidden', 'Unauthorized', 'NotFound', 'BadRequest'])(
    'notes %s and lets the window go on',
    async (code) => {
      const { activities, seen, landing } = environment({
        page: () => {
          throw new CxoneError(code, 'no');
        },
      });
      expect(await run(activities, 'fetchLookups', skills)).toEqual({
        pageId: null,
        records: 0,
        totalRecords: null,
        next: null,
        refused: code,
      });
      expect(seen.failures).toEqual([['acme', 'skills', code]]);
      expect(landing.pages).toEqual([]);
    },
  );

  it('lets Temporal try again what may pass', async () => {
    const { activities, seen } = environment({
      page: () => {
        throw new CxoneError('CxoneUnavailable', 'later');
      },
    });
    await expect(run(activities, 'fetchLookups', skills)).rejects.toMatchObject({ code: 'CxoneUnavailable' });
    expect(seen.failures).toEqual([]);
  });
});

describe('persistLookups', () => {
  const page = { tenant: 'acme', list: 'skills' as const, pageId: '1' };

  it('stores the landed page, and says with the last one how many there should be', async () => {
    const { activities, seen } = environment({ page: () => listPage(2, 2) });
    await run(activities, 'fetchLookups', skills);
    const outcome = await run(activities, 'persistLookups', { ...page, end: { totalRecords: 2 } });
    expect(outcome).toMatchObject({ inserted: 2, problem: null });
    expect(seen.persisted).toMatchObject([{ list: 'skills', pageId: '1', end: { totalRecords: 2 } }]);
    expect(seen.persisted[0]?.batch.rows.map(({ values }) => values['skillName'])).toEqual(['s0', 's1']);
  });

  it('leaves the list open while it is not read to its end', async () => {
    const { activities, seen } = environment({ page: () => listPage(1_000, 1_500) });
    await run(activities, 'fetchLookups', skills);
    await run(activities, 'persistLookups', { ...page, end: null });
    expect(seen.persisted[0]?.end).toBeUndefined();
  });

  it('says why a list cannot count as read', async () => {
    const { activities } = environment({ page: () => listPage(2, 3), problem: 'CountMismatch' });
    await run(activities, 'fetchLookups', skills);
    expect(await run(activities, 'persistLookups', { ...page, end: { totalRecords: 3 } })).toMatchObject({
      problem: 'CountMismatch',
    });
  });
});
