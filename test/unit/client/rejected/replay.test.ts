import fc from 'fast-check';
import { replayRejected } from '../../../../client/rejected/replay';
import { reread } from '../../../../client/rejected/reread';
import { stringifyJson } from '../../../../cxone';
import { recordKinds, type RejectedTable, type Reread } from '../../../../store';

const sound = '{"contactId":9007199254740993,"contactStartDate":"2026-07-20T00:00:00Z","mood":"calm"}';

const kept = (raw: string) => ({ hash: 'h', raw });

describe('a rejected record read again', () => {
  it('is a row when today’s reader can read it, its id exact, its new fields kept', () => {
    expect(reread('contacts', kept(sound))).toMatchObject({
      hash: 'h',
      ok: true,
      row: {
        values: { contactId: 9_007_199_254_740_993n, contactStartDate: '2026-07-20T00:00:00Z' },
        extra: '{"mood":"calm"}',
      },
      drift: [{ field: 'mood', observedType: 'string' }],
    });
  });

  it('stays with the reason of today otherwise', () => {
    expect(reread('contacts', kept('{"contactId":1}'))).toEqual({
      hash: 'h',
      ok: false,
      reason: 'contactStartDate is missing or cannot be read',
      field: 'contactStartDate',
    });
  });

  it('is read by the reader of its kind', () => {
    expect(reread('agents', kept('{"AgentId":7}'))).toMatchObject({
      ok: true,
      row: { values: { agentId: 7 } },
    });
    expect(reread('agents', kept(sound))).toMatchObject({ ok: false, field: 'agentId' });
  });

  it('never throws and never quotes the record, whatever it is', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.jsonValue().map(stringifyJson));
    fc.assert(
      fc.property(anything, fc.constantFrom(...recordKinds), (raw, kind) => {
        const result = reread(kind, kept(raw));
        expect(result.hash).toBe('h');
      }),
    );
    const odd = reread('contacts', kept('Jane, +19995550001'));
    expect(odd).toEqual({ hash: 'h', ok: false, reason: 'the record as kept is not JSON' });
  });
});

describe('a replay', () => {
  /** A table of records by kind and hash, in batches of two; replaying takes out what can be read. */
  function tableOf(records: Record<string, Record<string, string>>) {
    const batches: Reread[][] = [];
    const table: Pick<RejectedTable, 'read' | 'replay'> = {
      async read({ kind, hash = '' }, after) {
        return Object.entries(records[kind] ?? {})
          .map(([key, raw]) => ({ hash: key, raw }))
          .filter((one) => one.hash.startsWith(hash) && (after === null || one.hash > after))
          .toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
          .slice(0, 2);
      },
      async replay(_tenant, kind, rereads) {
        batches.push([...rereads]);
        const done = rereads.filter(({ ok }) => ok);
        for (const { hash } of done) delete records[kind]?.[hash];
        const replayed = done.length;
        return { replayed, inserted: replayed, updated: 0, stayed: rereads.length - replayed };
      },
    };
    return { table, batches };
  }

  const parts = { tenant: 'acme', kinds: recordKinds, recordings: true, onProgress: () => undefined };

  it('meets every record once, whether it stays or goes', async () => {
    const contacts = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((hash, n) => [hash, n % 3 === 0 ? '{}' : sound]),
    );
    const { table, batches } = tableOf({ contacts, agents: { x: '{"agentId":1}' } });
    const progress: number[] = [];
    const sum = await replayRejected({
      ...parts,
      rejected: table,
      onProgress: ({ replayed, stayed }) => progress.push(replayed + stayed),
    });
    expect(sum).toEqual({ replayed: 5, inserted: 5, updated: 0, stayed: 3 });
    expect(batches.flat().map(({ hash }) => hash)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'x']);
    expect(progress).toEqual([2, 4, 6, 7, 8]);
  });

  it('takes only the kind and the record that was named', async () => {
    const { table, batches } = tableOf({ contacts: { ab: sound, cd: sound }, agents: { ab: '{}' } });
    await replayRejected({ ...parts, rejected: table, kinds: ['contacts'], hash: 'a' });
    expect(batches.flat().map(({ hash }) => hash)).toEqual(['ab']);
  });

  it('of nothing does nothing', async () => {
    const { table, batches } = tableOf({});
    expect(await replayRejected({ ...parts, rejected: table })).toMatchObject({ replayed: 0, stayed: 0 });
    expect(batches).toEqual([]);
  });
});
