import { needOf, type NeedSettings } from '../../../../client/check/need';
import { names } from './checked';

const nothingAsked: NeedSettings = {
  recordings: false,
  recordedCalls: 'all',
  extract: {
    ...{ interactionMetadata: false, evaluations: false, rereadDays: 1, secondsApart: 30 },
    ...{ interactionMetadataVersion: '7', evaluationsVersion: '4' },
  },
  ...{ skillIds: [], campaignIds: [], mediaTypeIds: [] },
};

/** The checks that are not optional beyond those that every tenant needs. */
const asked = (changes: Partial<NeedSettings>): Readonly<Record<string, string>> => {
  const settings = { ...nothingAsked, ...changes };
  const pairs = names.map((name) => [name, needOf(name, settings)] as const);
  return Object.fromEntries(pairs.filter(([name, need]) => need !== needOf(name, nothingAsked)));
};

describe('what a tenant needs', () => {
  it('is to sign in, contacts, agents and look-ups, whatever its settings', () => {
    const needed = names.filter((name) => needOf(name, nothingAsked) === 'required');
    expect(needed).toEqual([
      ...['discovery', 'application', 'access-key', 'token', 'tenant'],
      ...['contacts', 'agents', 'look-ups'],
    ]);
    expect(needOf('clock', nothingAsked)).toBe('optional');
  });

  const extract = nothingAsked.extract;
  it.each<[string, Partial<NeedSettings>, Readonly<Record<string, string>>]>([
    ['recordings', { recordings: true }, { 'media-playback': 'required', download: 'required' }],
    ['a filter', { campaignIds: [7101] }, { filters: 'required' }],
    [
      'interaction metadata',
      { extract: { ...extract, interactionMetadata: true } },
      { extraction: 'required' },
    ],
    [
      'evaluations',
      { extract: { ...extract, evaluations: true } },
      { extraction: 'required', evaluations: 'wanted' },
    ],
    [
      'recordings that the interaction metadata list',
      { recordings: true, recordedCalls: 'listed' },
      { 'media-playback': 'required', download: 'required', extraction: 'required' },
    ],
  ])('grows with %s, and with nothing else', (_name, changes, needs) => {
    expect(asked(changes)).toEqual(needs);
  });
});
