import type { FaultArguments, FaultName, FaultRule } from '../../simulator';
import type { Dice } from './dice';
import { type Draw, nowAndThen, operatorCodes, survived } from './drawn-fault';

/** Faults of a job of Data Extraction and its file, in addition to those of every request. */

type Family = NonNullable<NonNullable<FaultRule['match']>['family']>;

/** A few times, at most `most`: each of these calls is made again. */
const passing =
  (name: FaultName, family: Family, most: number, args: (dice: Dice) => FaultArguments = () => ({})): Draw =>
  (dice) => ({
    rules: [{ name, match: { family }, args: args(dice), ...nowAndThen(dice, most) }],
    outcome: survived,
  });

/** At every call, and nothing is lost by it. */
const trait =
  (name: FaultName, args: (dice: Dice) => FaultArguments = () => ({})): Draw =>
  (dice) => ({ rules: [{ name, args: args(dice) }], outcome: survived });

/** At every call, and only an operator can fix it. */
const lasting =
  (rule: FaultRule, codes: readonly string[]): Draw =>
  () => ({ rules: [rule], outcome: { kind: 'fails', area: 'extraction', codes } });

const refused = (dice: Dice): FaultArguments => ({ status: dice.pick([408, 429, 500, 502, 503, 504]) });
const cut = (dice: Dice): FaultArguments => ({ share: dice.pick([0.01, 0.5, 0.95]) });

export const extractionDraws: readonly (readonly [FaultName, Draw])[] = [
  ['status', passing('status', 'extraction', 4, refused)],
  ['status', passing('status', 'auth', 4, refused)],
  ['status', passing('status', 'file', 2, (dice) => ({ status: dice.pick([500, 503]) }))],
  ['tooManyRequests', passing('tooManyRequests', 'extraction', 4)],
  ['html200', passing('html200', 'extraction', 4)],
  ['truncateJson', passing('truncateJson', 'extraction', 4, cut)],
  ['malformedJson', passing('malformedJson', 'extraction', 4)],
  ['reset', passing('reset', 'extraction', 4, (dice) => ({ afterBytes: dice.pick([0, 40]) }))],
  ['reset', passing('reset', 'file', 2, (dice) => ({ afterBytes: dice.pick([0, 400, 20_000]) }))],
  ['slow', passing('slow', 'extraction', 4, () => ({ delayMs: 40 }))],
  ['slowBody', passing('slowBody', 'file', 2, () => ({ chunkBytes: 20_000, delayMs: 5 }))],
  ['wrongLength', passing('wrongLength', 'file', 2, () => ({ bytes: 10 }))],
  ['mediaTruncated', passing('mediaTruncated', 'file', 2, cut)],
  ['expireUrls', passing('expireUrls', 'file', 2)],
  ['extractionBusy', passing('extractionBusy', 'extraction', 4)],
  [
    'jobIdShape',
    trait('jobIdShape', (dice) => ({ form: dice.pick(['jobId', 'doubleQuoted', 'plainText']) })),
  ],
  ['jobSlow', trait('jobSlow', (dice) => ({ count: dice.between(2, 8) }))],
  ['withoutLength', trait('withoutLength')],
  ['csvWithoutBom', trait('csvWithoutBom')],
  ['csvRagged', trait('csvRagged', (dice) => ({ every: dice.pick([2, 10]) }))],
  ['csvHeader', trait('csvHeader', (dice) => ({ form: dice.pick(['renamed', 'extraColumn', 'upperCase']) }))],
  [
    'jobFails',
    // Once: three jobs in a row without a result need an operator.
    (dice) => ({
      rules: [
        {
          name: 'jobFails',
          match: { path: '/jobs/' },
          onCall: 2,
          args: { form: dice.pick(['FAILED', 'CANCELLED', 'EXPIRED'] as const) },
        },
      ],
      outcome: survived,
    }),
  ],
  ['jobFails', lasting({ name: 'jobFails' }, ['ExtractionFailed'])],
  ['csvHeader', lasting({ name: 'csvHeader', args: { form: 'withoutKey' } }, operatorCodes.unknownAnswer)],
  [
    'entityForbidden',
    lasting({ name: 'entityForbidden', args: { entity: 'recording-interaction-metadata' } }, [
      'ExtractionForbidden',
    ]),
  ],
  ['forbidden', lasting({ name: 'forbidden', match: { family: 'extraction' } }, ['ExtractionForbidden'])],
  [
    'unauthorized',
    lasting({ name: 'unauthorized', match: { family: 'extraction' } }, operatorCodes.refusedToken),
  ],
];
