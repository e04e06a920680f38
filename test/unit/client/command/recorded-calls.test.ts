import { playbackReport, playbackText } from '../../../../client/command/recorded-calls';

const report = (
  logged: [number, number],
  others: [number, number],
  calls: 'all' | 'logged' | 'listed' = 'all',
) =>
  playbackReport(
    {
      logged: { queries: logged[0], found: logged[1] },
      notLogged: { queries: others[0], found: others[1] },
    },
    calls,
  );

describe('what playback queries found', () => {
  it('speaks for asking about logged calls only where no other call ever had a recording', () => {
    expect(report([500, 490], [1_000, 0]).advice).toMatchObject({ recordedCalls: 'logged', saves: 1_000 });
    expect(report([500, 490], [1_000, 1]).advice).not.toMatchObject({ recordedCalls: 'logged' });
  });

  it('speaks for the listing where most other calls had none, but some had', () => {
    expect(report([0, 0], [1_000, 300]).advice).toMatchObject({ recordedCalls: 'listed', saves: 700 });
    expect(report([0, 0], [1_000, 1]).advice).toMatchObject({ recordedCalls: 'listed', saves: 999 });
  });

  it.each<[string, ReturnType<typeof report>]>([
    ['there were few queries', report([500, 490], [199, 0])],
    ['most calls have a recording', report([0, 0], [1_000, 500])],
    ['nothing is ever found, which is no matter of the quota', report([500, 0], [1_000, 0])],
    ['fewer calls are asked about already', report([500, 490], [1_000, 0], 'logged')],
    ['the listing is asked already', report([500, 490], [1_000, 10], 'listed')],
    ['there was none', playbackReport(undefined, 'all')],
  ])('speaks for no change where %s', (_what, { advice }) => expect(advice).toBeNull());

  it('is said in one line, and not before there was a query', () => {
    expect(playbackText(report([10, 9], [1_200, 0]))).toBe(
      '0 of 1,200 queries of calls that were not logged found something in 30 days, 9 of 10 of logged calls',
    );
    expect(playbackText(playbackReport(undefined, 'all'))).toBeNull();
  });
});
