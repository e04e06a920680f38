import { type Draw, type DrawnFault, survived, type ownSideNames } from './drawn-fault';

/** What happens on our own side: to workers, to the folder of the recordings, to our clock. */
export const ownSideDraws: readonly (readonly [(typeof ownSideNames)[number], Draw])[] = [
  [
    'unmounted',
    (dice) => ({
      rules: [],
      ownSide: { unmountedFrom: dice.pick([0, dice.between(5, 40)]) },
      // Without recordings the folder is not checked; without the folder a run waits for an operator, and here is none.
      outcome: { kind: 'mayFail', codes: ['RecordingsNotMounted'] },
    }),
  ],
  [
    'frozenWorker',
    (dice) => ({
      rules: [],
      // No more than two: a recording has five attempts, and other faults take some of them.
      ownSide: { frozenAttempts: dice.several(2, 1, 30) },
      outcome: survived,
    }),
  ],
  [
    'ownClock',
    (dice) => ({
      rules: [],
      ownSide: { ownClockMinutes: dice.pick([-240, -10, 10, 240]) },
      outcome: survived,
    }),
  ],
];

/** Whether some clock is off by more than a window by update lies back: it would end in the future. */
export function isFarOff({ rules, ownSide }: Pick<DrawnFault, 'rules' | 'ownSide'>): boolean {
  const ofRules = rules
    .filter(({ name }) => name === 'clockSkew')
    .map(({ args: { minutes = 0 } = {} }) => minutes);
  return [...ofRules, ownSide?.ownClockMinutes ?? 0].some((minutes) => Math.abs(minutes) > 60);
}
