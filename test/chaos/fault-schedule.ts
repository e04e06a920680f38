import { faultNames, type FaultName, type FaultRule } from '../../simulator';
import { dataDraws } from './data-faults';
import { createDice, type Dice } from './dice';
import { type Draw, type DrawnFault, survived } from './drawn-fault';
import { extractionDraws } from './extraction-faults';
import { operatorDraws } from './operator-faults';
import { transientDraws } from './transient-faults';
import { isFarOff, ownSideDraws } from './own-side-faults';

/** What is run: a window, ticks of the live sync, or a day of Data Extraction. */
export type Job = 'window' | 'live' | 'extraction';

/** A window, how the tenant reads it, and what goes wrong during its run: all by the seed. */
export interface FaultSchedule {
  readonly seed: number;
  readonly job: Job;
  readonly faults: readonly DrawnFault[];
  /** Which contacts are the window's: those that started in it, or those that were last updated in it. */
  readonly by: 'start' | 'update';
  /** Epoch ms, half-open. By update a window lies some hours back, wherever it was drawn (`settledAt`). */
  readonly from: number;
  readonly to: number;
  readonly pageSize: number;
  readonly pagesInFlight: number;
  /** Events after which the server suggests continue-as-new. */
  readonly historyLimit: number;
}

type Drawable = readonly [DrawnFault['name'], Draw];

const transient = Object.entries(transientDraws) as unknown as readonly Drawable[];
/** Survivable ones are drawn more often: a run that ends at its first request tests little else. */
const groups: readonly (readonly Drawable[])[] = [transient, transient, dataDraws, dataDraws, operatorDraws];

/** The switches that some schedule may use. */
export const drawnNames: ReadonlySet<string> = new Set(
  [...groups.flat(), ...ownSideDraws, ...extractionDraws].map(([name]) => name),
);

/**
 * What only a job of Data Extraction and its file can meet; windows create no jobs.
 */
const ofJobs: ReadonlySet<FaultName> = new Set<FaultName>([
  'entityForbidden',
  'jobIdShape',
  'jobSlow',
  'jobFails',
  'withoutLength',
  'csvWithoutBom',
  'csvHeader',
  'csvRagged',
]);

/** The switches that only an extraction can meet. */
export const jobFaults = faultNames.filter((name) => ofJobs.has(name));

/** The switches that a window can meet. */
export const windowFaults = faultNames.filter((name) => !ofJobs.has(name));

const firstDay = Date.UTC(2019, 0, 1);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** @param patience false where waits are real: faults then end after a few calls (drawn-fault.ts) */
export function drawSchedule(seed: number, patience = true): FaultSchedule {
  const dice = createDice(seed);
  const from = firstDay + dice.between(0, 1_500) * 24 * hourMs + dice.between(6, 20) * hourMs;
  // One window in twenty is so short that nothing begins in it.
  const to = from + (dice.chance(0.05) ? 1 : hourMs);
  const pageSize = dice.pick([7, 20, 50, 100]);
  const pagesInFlight = dice.between(1, 4);
  const historyLimit = dice.pick([40, 100, 10_000]);
  const wanted = dice.pick([0, 1, 1, 2, 2, 3, 3, 4]);
  const faults: DrawnFault[] = [];
  for (let attempts = 0; faults.length < wanted && attempts < 40; attempts += 1) {
    const drawn = drawFault(dice, patience);
    const together = [...faults, drawn];
    if (faults.every((other) => agree(other, drawn)) && together.filter(spendsTries).length <= 2)
      faults.push(drawn);
  }
  const by = dice.chance(0.3) ? 'update' : 'start';
  const size = { pageSize, pagesInFlight, historyLimit };
  const window: FaultSchedule = { seed, job: 'window', faults, by, from, to, ...size };
  return settleBy(patience ? drawMore(window, dice) : window);
}

/** Drawn last: windows whose faults are few stay as they were before there was more than windows and CXone's faults. */
function drawMore(window: FaultSchedule, dice: Dice): FaultSchedule {
  const job = dice.pick(jobs);
  if (job === 'extraction') return drawExtraction(window, dice);
  const isLive = job === 'live' && window.faults.every(({ name }) => !notLive.has(name));
  const draws = isLive ? [...ownSideDraws, ...liveDraws, ...liveDraws] : ownSideDraws;
  const faults = dice.chance(isLive ? 0.7 : 0.25) ? withOne(window.faults, draws, dice) : window.faults;
  if (!isLive) return { ...window, faults };
  // A day of changes comes first: a few rows a page would make hundreds of pages.
  const pageSize = Math.max(50, window.pageSize);
  return { ...window, job, by: 'update', faults, pageSize };
}

const jobs: readonly Job[] = [
  ...Array.from({ length: 16 }, () => 'window' as const),
  ...(['live', 'live', 'extraction', 'extraction'] as const),
];

/**
 * A change that is shown later than the overlap is what reading by start again is for; a clock that loses days begins a
 * backfill (`npm run chaos:outages` draws it).
 */
const notLive: ReadonlySet<string> = new Set(['insertLate', 'clockSkew']);

/** Clocks of CXone's that jump: a tick of the live sync goes by them. */
const liveDraws: readonly Drawable[] = [
  [
    'clockSkew',
    (dice) => ({
      rules: [{ name: 'clockSkew', args: { minutes: dice.pick([-240, -10, 10, 240, 3_000_000]) } }],
      outcome: survived,
    }),
  ],
  [
    'wrongPollTime',
    (dice) => ({
      rules: [{ name: 'wrongPollTime', args: { seconds: dice.pick([-14_400, -45, 14_400, 2e8]) } }],
      outcome: survived,
    }),
  ],
];

function drawExtraction(window: FaultSchedule, dice: Dice): FaultSchedule {
  const wanted = dice.between(0, 3);
  let faults: readonly DrawnFault[] = [];
  for (let count = 0; count < wanted; count += 1) faults = withOne(faults, extractionDraws, dice);
  if (dice.chance(0.2)) faults = withOne(faults, [frozenDraw], dice);
  const from = window.from - (window.from % (24 * hourMs));
  return { ...window, job: 'extraction', by: 'start', faults, from, to: from + 24 * hourMs };
}

const frozenDraw = ownSideDraws.find(([name]) => name === 'frozenWorker') as Drawable;

/** The faults and one more, if what they come to together is known. */
function withOne(
  faults: readonly DrawnFault[],
  draws: readonly Drawable[],
  dice: Dice,
): readonly DrawnFault[] {
  const [name, draw] = dice.pick(draws);
  const drawn = draw(dice, true);
  const fault = { ...drawn, name, label: labelOf(name, drawn) };
  const together = [...faults, fault];
  const fit = faults.every((other) => agree(other, fault)) && together.filter(spendsTries).length <= 2;
  return fit ? together : faults;
}

/** A window by update that ends in the future of a clock that is far off is refused: there is nothing to read yet. */
function settleBy(schedule: FaultSchedule): FaultSchedule {
  return schedule.job === 'window' && schedule.faults.some(isFarOff)
    ? { ...schedule, by: 'start' }
    : schedule;
}

/**
 * A schedule as it runs at a moment of the simulator's clock (epoch ms): every page by update shows all that changed
 * since, so that a window of long ago would cost a thousand of them.
 */
export function settledAt(schedule: FaultSchedule, now: number): FaultSchedule {
  if (schedule.job !== 'window' || schedule.by === 'start') return schedule;
  const from = Math.floor(now / minuteMs) * minuteMs - (2 + (schedule.seed % 9)) * hourMs;
  return { ...schedule, from, to: from + (schedule.to - schedule.from) };
}

/** A schedule with one fault, of that switch. */
export function scheduleWith(
  name: DrawnFault['name'],
  seed: number,
  by: FaultSchedule['by'] = 'start',
  patience = true,
): FaultSchedule {
  const dice = createDice(seed);
  const schedule = drawSchedule(seed, patience);
  const draws = [...groups.flat(), ...ownSideDraws].filter(([drawn]) => drawn === name);
  const drawn = dice.pick(draws)[1](dice, patience);
  const to = schedule.from + hourMs;
  const faults = [{ ...drawn, name, label: labelOf(name, drawn) }];
  return settleBy({ ...schedule, job: 'window', by, to, faults });
}

/** A day of Data Extraction with one fault, of that switch. */
export function extractionWith(name: DrawnFault['name'], seed: number): FaultSchedule {
  const draws = extractionDraws.filter(([drawn]) => drawn === name);
  const dice = createDice(seed);
  const day = drawExtraction({ ...drawSchedule(seed, false), faults: [] }, createDice(seed));
  return { ...day, faults: withOne([], draws, dice) };
}

/** Ticks of the live sync with this fault, which they survive. */
export function liveWith(
  seed: number,
  fault: Pick<DrawnFault, 'label' | 'rules' | 'ownSide'>,
): FaultSchedule {
  const window = drawSchedule(seed, false);
  const faults = [{ ...fault, name: 'clockSkew' as const, outcome: survived }];
  return { ...window, job: 'live', by: 'update', faults, pageSize: 100 };
}

/** The window as `syncWindow` takes it. By update only contacts are compared: what is new has no recording yet. */
export function windowOf({ by, from, to }: FaultSchedule) {
  const dates = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return by === 'start' ? dates : { ...dates, by, recordings: false };
}

/** The rules of a schedule for the simulator; those that last for a while only until `minutes` have passed. */
export function rulesAt({ faults }: FaultSchedule, minutes: number): readonly FaultRule[] {
  // The first rule is the outermost: a fault that must fail the window may not be hidden by a transient one.
  return faults
    .toSorted((one, other) => rank(one) - rank(other))
    .filter(({ forMinutes = Number.POSITIVE_INFINITY }) => minutes < forMinutes)
    .flatMap(({ rules }) => rules);
}

function rank({ outcome }: DrawnFault): number {
  return outcome.kind === 'fails' ? 0 : 1;
}

function drawFault(dice: Dice, patience: boolean): DrawnFault {
  const [name, draw] = dice.pick(dice.pick(groups));
  const drawn = draw(dice, patience);
  return { ...drawn, name, label: labelOf(name, drawn) };
}

function labelOf(
  name: string,
  { rules, credentials, ownSide, forMinutes }: Omit<DrawnFault, 'name' | 'label'>,
): string {
  const listed = rules.map((rule) => JSON.stringify(rule)).join(' + ');
  const what = ownSide
    ? `${name} ${JSON.stringify(ownSide)}`
    : credentials
      ? `${name} (${credentials})`
      : listed;
  return [what, forMinutes ? `for ${forMinutes} min` : ''].filter((part) => part !== '').join(' ');
}

/** Two faults whose outcome together does not follow from the two outcomes are not drawn together. */
function agree(one: DrawnFault, other: DrawnFault): boolean {
  const names = [one.name, other.name];
  const kinds = [one.outcome.kind, other.outcome.kind];
  if (one.name === other.name) return false;
  // Which of two causes comes first would depend on timing.
  if (kinds.every((kind) => kind === 'fails')) return false;
  // A token refused twice in a row is an operator's error, so two sources of 401 may become one.
  if (names.every((name) => refusingTokens.has(name))) return false;
  // A refusal whose body is broken shows no more than its status.
  if ([one, other].some(refusesAtAuth) && [one, other].some(breaksAuthBodies)) return false;
  // An id that is bare text, cut off, is another id.
  if (names.includes('jobIdShape') && [one, other].some(({ name }) => breakingBodies.has(name))) return false;
  // The answer to a frozen worker is lost with it, so a call that must fail may be made again.
  if (names.includes('frozenWorker') && [one, other].some(failsOnce)) return false;
  // What `keyDeactivated` counts are calls for tokens: other reasons to ask for one would shift them.
  if (names.includes('keyDeactivated') && kinds.includes('survived') && sharesAuth(one, other)) return false;
  return true;
}

const refusingTokens: ReadonlySet<string> = new Set(['unauthorized', 'revokeTokens', 'shortTokens']);
const breakingBodies: ReadonlySet<string> = new Set(['malformedJson', 'truncateJson', 'wrongLength']);

function refusesAtAuth({ outcome }: DrawnFault): boolean {
  return outcome.kind === 'fails' && outcome.area === 'auth';
}

function breaksAuthBodies({ name, rules }: DrawnFault): boolean {
  return breakingBodies.has(name) && rules.some(({ match }) => match?.family === 'auth');
}

/** Fails on some call of many only. */
function failsOnce({ outcome, rules }: DrawnFault): boolean {
  return outcome.kind === 'fails' && rules.some(({ onCall }) => onCall !== undefined);
}

/** A recording has five attempts: two faults of two calls each leave it one. */
function spendsTries({ name, outcome, rules }: DrawnFault): boolean {
  if (name === 'frozenWorker') return true;
  const ofMedia = rules.some(({ match }) => match?.family === 'media' || match?.family === 'file');
  return ofMedia && outcome.kind === 'survived';
}

function sharesAuth(...pair: readonly DrawnFault[]): boolean {
  return pair.some(
    ({ name, rules }) =>
      name !== 'keyDeactivated' &&
      (['shortTokens', 'unauthorized', 'revokeTokens', 'slow'].includes(name) ||
        rules.some(({ match }) => match?.family === 'auth' || match?.family === 'discovery')),
  );
}
