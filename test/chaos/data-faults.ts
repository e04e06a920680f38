import { badRecordKinds, type BadRecordKind, type FaultName, type FaultRule } from '../../simulator';
import type { Dice } from './dice';
import { type Draw, type DrawnFault, survived } from './drawn-fault';

/** Quirks that cost nothing, rows that move or are spoilt, recordings that are not available. */

const quirk =
  (name: FaultName, more: (dice: Dice) => Partial<FaultRule> = () => ({})): Draw =>
  (dice) => ({
    rules: [{ name, ...more(dice), ...(dice.chance(0.3) ? { probability: 0.5 } : {}) }],
    outcome: survived,
  });

/** What a source does at every call or at none: one that does so now and then contradicts itself. */
const trait =
  (name: FaultName, more: (dice: Dice) => Partial<FaultRule> = () => ({})): Draw =>
  (dice) => ({ rules: [{ name, ...more(dice) }], outcome: survived });

/** Spoils a drawn number of rounds by firing on that many calls. */
const disturbing =
  (name: FaultName, args: (dice: Dice) => FaultRule['args'], most = 2): Draw =>
  (dice) => {
    const onCall = dice.several(dice.between(1, most), 1, 9);
    return {
      rules: [{ name, match: { family: 'contacts' }, onCall, args: args(dice) ?? {} }],
      outcome: { kind: 'disturbs', rounds: onCall.length },
    };
  };

/** Answers wrongly at every call: a window of more than one page cannot be read. */
const lying =
  (name: FaultName, args: (dice: Dice) => FaultRule['args']): Draw =>
  (dice) => ({
    rules: [{ name, match: { family: 'contacts' }, args: args(dice) ?? {} }],
    outcome: { kind: 'disturbs', rounds: Number.POSITIVE_INFINITY },
  });

const losing =
  (name: FaultName, as: 'absent' | 'failed', family: 'media' | 'file', args?: FaultRule['args']): Draw =>
  (dice): Omit<DrawnFault, 'name' | 'label'> => ({
    rules: [
      {
        name,
        match: { family },
        ...(args && { args }),
        ...(dice.chance(0.5) ? { onCall: dice.several(2, 1, 5) } : {}),
      },
    ],
    outcome: { kind: 'losesRecordings', as },
  });

/** In minutes: the offsets of a clock that drifts, and of one that jumps. */
const skews = [-2_880, -180, -10, -1, 1, 10, 180, 3_000_000];

const count = (dice: Dice) => ({ count: dice.between(1, 7) });
/** Too large to be drawn often, or what the simulator's own reading of rows would change (test/unit/cxone/odd-records.test.ts). */
const notDrawn: ReadonlySet<BadRecordKind> = new Set<BadRecordKind>([
  ...(['giantNote', 'digitNote', 'deep', 'longNumber', 'hugeNumber'] as const),
]);
/** All others: one row's oddity that must cost no other row anything. */
export const kindsDrawn: readonly BadRecordKind[] = badRecordKinds.filter((kind) => !notDrawn.has(kind));

/** Draws by the switch they use; several ways to use one switch are several entries. */
export const dataDraws: readonly (readonly [FaultName, Draw])[] = [
  ['refuseJsonTokens', quirk('refuseJsonTokens')],
  ['encodedBasicOnly', quirk('encodedBasicOnly')],
  ['keepRefreshTokens', quirk('keepRefreshTokens')],
  ['withoutLastPollTime', quirk('withoutLastPollTime')],
  ['withoutLinks', quirk('withoutLinks')],
  ['foreignNextLink', quirk('foreignNextLink')],
  ['resultSetWrapper', quirk('resultSetWrapper')],
  ['plainCampaigns', quirk('plainCampaigns')],
  ['ignoreOffsets', quirk('ignoreOffsets')],
  ['refuseOffsets', quirk('refuseOffsets')],
  ['htmlUnlessJson', quirk('htmlUnlessJson')],
  ['updateSinceOnly', quirk('updateSinceOnly')],
  ['updatedSinceOnly', quirk('updatedSinceOnly')],
  ['refuseLargeTop', quirk('refuseLargeTop')],
  ['hiddenAgents', quirk('hiddenAgents', (dice) => ({ args: { count: dice.between(1, 5) } }))],
  // Reference data are lists of their own: whatever becomes of their rows, the contacts stay as they are.
  ['renameLookups', quirk('renameLookups', (dice) => ({ args: { count: dice.between(1, 5) } }))],
  ['dropLookups', quirk('dropLookups', (dice) => ({ args: { count: dice.pick([1, 3, 1_000]) } }))],
  ['sentimentsWithheld', quirk('sentimentsWithheld')],
  ['interactionFields', quirk('interactionFields')],
  ['charset', quirk('charset', () => ({ match: { family: 'media' }, args: { form: 'declared' } }))],
  ['changedEtag', quirk('changedEtag')],
  ['rangeIgnored', quirk('rangeIgnored')],
  ['extractionBusy', quirk('extractionBusy')],
  [
    'wrongPollTime',
    quirk('wrongPollTime', (dice) => ({ args: { seconds: dice.pick([-45, -1, 10_800, 2e8]) } })),
  ],
  [
    'smallTotal',
    trait('smallTotal', (dice) => ({
      args: { form: dice.pick(['capped', 'pageOnly'] as const), count: 40 },
    })),
  ],
  ['exclusiveEnd', trait('exclusiveEnd')],
  ['fineStamps', trait('fineStamps')],
  ['roundedSince', trait('roundedSince', (dice) => ({ args: { seconds: dice.pick([1, 60, 3_600]) } }))],
  ['listedTwice', trait('listedTwice', (dice) => ({ args: { every: dice.pick([3, 20]) } }))],
  ['clockSkew', quirk('clockSkew', (dice) => ({ args: { minutes: dice.pick(skews) } }))],
  [
    'shortTokens',
    quirk('shortTokens', (dice) => ({
      args: { seconds: dice.pick([2, 60]), silently: dice.chance(0.5) },
    })),
  ],
  [
    'emptyAs200',
    quirk('emptyAs200', (dice) => ({
      args: { form: dice.pick(['emptyList', 'nullList', 'noList', 'noBody'] as const) },
    })),
  ],
  [
    'smallPages',
    quirk('smallPages', (dice) => ({
      match: { family: dice.pick(['contacts', 'agents'] as const) },
      args: { top: dice.pick([5, 13]), most: 25 },
    })),
  ],
  [
    'mediaShape',
    quirk('mediaShape', (dice) => ({ args: { form: dice.pick(['Interactions', 'value'] as const) } })),
  ],
  [
    'timeout408WhenTopOver',
    (dice) => ({
      rules: [
        dice.chance(0.5)
          ? { name: 'timeout408WhenTopOver', match: { family: 'contacts' }, args: { top: 60 } }
          : { name: 'timeout408WhenTopOver', match: { family: 'agents' }, args: { top: 130 } },
      ],
      outcome: survived,
    }),
  ],
  [
    'redirect',
    (dice) => ({
      rules: [{ name: 'redirect', match: { family: 'file' }, onCall: dice.several(2, 1, 5), times: 2 }],
      outcome: survived,
    }),
  ],
  ['duplicatePage', disturbing('duplicatePage', (dice) => (dice.chance(0.5) ? {} : count(dice)))],
  ['duplicatePage', lying('duplicatePage', (dice) => (dice.chance(0.5) ? {} : count(dice)))],
  ['wrongTotal', disturbing('wrongTotal', (dice) => ({ count: dice.pick([-3, -1, 1, 5]) }))],
  ['wrongTotal', lying('wrongTotal', (dice) => ({ count: dice.pick([1, 5]) }))],
  ['insertLate', disturbing('insertLate', (dice) => ({ ...count(dice), agoSeconds: dice.pick([0, 7_200]) }))],
  ['removeRows', disturbing('removeRows', count)],
  ['updateRows', disturbing('updateRows', count)],
  [
    'badRecords',
    (dice) => ({
      rules: [
        {
          name: 'badRecords',
          args: {
            kinds: dice
              .several(dice.between(1, 6), 0, kindsDrawn.length - 1)
              .flatMap((at) => kindsDrawn[at] ?? []),
            every: dice.pick([2, 5, 15]),
          },
        },
      ],
      outcome: survived,
    }),
  ],
  ['mediaLate', losing('mediaLate', 'absent', 'media', { seconds: 86_400 * 4_000 })],
  ['mediaMissing', losing('mediaMissing', 'absent', 'media')],
  ['nullUrls', losing('nullUrls', 'absent', 'media')],
  ['nullUrls', losing('nullUrls', 'absent', 'media', { absent: true })],
  ['redirect', losing('redirect', 'failed', 'media')],
];
