import { agentIdOf } from '../admin/agent-id';
import { addressesOf } from '../contacts/call-details';
import { dayMs, hourMs, dayOf } from '../data/calendar';
import { firstNames, lastNames, teamCatalogue } from '../data/catalogue';
import type { ContactFacts } from '../contacts/contact-facts';
import type { ContactSource } from '../contacts/contact-source';
import { uuidOf } from '../auth/credentials';
import { extractDelay } from './interaction-extract';
import type { Settings } from '../options';
import { Dice, fraction, hash } from '../data/random';
import type { Recordings } from '../media/recordings';

/** One evaluation as a correct copy of the extract holds it; stamps in whole seconds, as `2026-03-10T08:00:00Z`. */
export interface EvaluationTruth {
  /** `<workflowId>/<start as the CSV has it>`: a workflow that was opened again is another evaluation. */
  readonly evaluationId: string;
  readonly workflowId: string;
  readonly tenantName: string;
  readonly type: string;
  readonly evaluationFlowTrigger: string;
  readonly workflowStatus: string;
  readonly workflowState: string;
  readonly autoAcknowledged: boolean;
  readonly planName: string | null;
  readonly formName: string;
  readonly formVersion: string;
  readonly startDate: string;
  readonly submissionDate: string;
  readonly lastUpdated: string;
  readonly scorePercentage: number;
  readonly score: number;
  readonly maximumPossibleScore: number;
  readonly rank: string;
  readonly failedCriticalQuestion: boolean;
  readonly userReviewComments: string | null;
  readonly disputeResolverComments: string | null;
  readonly segmentId: string;
  readonly acdId: string;
  readonly interactionType: string;
  readonly interactionStartDate: string;
  readonly interactionEndDate: string;
  readonly interactionDirection: string;
  readonly agentId: string | null;
  readonly teamId: string | null;
  readonly teamName: string | null;
  readonly phoneNumber: string;
  readonly firstnameEva: string;
  readonly lastnameEva: string;
  readonly firstnameAgent: string | null;
  readonly lastnameAgent: string | null;
  readonly firstnameDisp: string | null;
  readonly lastnameDisp: string | null;
  readonly firstnameAssigner: string;
  readonly lastnameAssigner: string;
}

/** The entity `qm-workflows` (contract §10). */
export type Evaluations = ReturnType<typeof createEvaluations>;

const evaluationDraws = 31;
/** The longest from a call's start to the submission of an evaluation of it. */
const latestSubmission = 8 * dayMs;
const evaluationTypes = ['Evaluation', 'Evaluation', 'Evaluation', 'Self Evaluation', 'Calibration'];

/** When an evaluation was begun and submitted, epoch ms, and what the rest of it is drawn from. */
interface Drawn {
  readonly start: number;
  readonly at: number;
  readonly dice: Dice;
}

/** How a stamp in whole seconds stands in the CSV: without a zone, which is UTC (contract §10). */
export function plainStamp(isoSeconds: string): string {
  return isoSeconds.replace('T', ' ').replace('Z', '');
}

/**
 * Creates the evaluations of recorded calls: submitted hours to days later, acknowledged or disputed after that, which
 * moves `lastUpdated` and may move the score.
 * @param marks words that stand in every comment, and in every name of an evaluator
 */
export function createEvaluations(
  settings: Settings,
  source: ContactSource,
  recordings: Recordings,
  marks: { readonly comment: string; readonly name: string },
) {
  const { seed, evaluatedShare } = settings;
  const remarks = [
    `Greeted well, but said "call back"\r\nand hung up; ${marks.comment}`,
    `Kind, patient, clear – ${marks.comment}`,
    `Rückfrage offen ☎\n"Why?", ${marks.comment}`,
    null,
  ];

  const rowOf = (call: ContactFacts, { start, at, dice }: Drawn, now: number): EvaluationTruth => {
    const outcome = drawOutcome(dice, at, now);
    const { agent, contactId } = call;
    const team = agent < 0 ? undefined : teamCatalogue[agent % teamCatalogue.length];
    const { percentage } = outcome;
    const segment = recordings.segments(call)[0];
    const workflowId = uuidOf(seed, `workflow ${contactId}`);
    const startDate = seconds(start);
    return {
      evaluationId: `${workflowId}/${plainStamp(startDate)}`,
      workflowId,
      tenantName: settings.name,
      type: evaluationTypes[dice.below(evaluationTypes.length)] ?? '',
      evaluationFlowTrigger: dice.chance(0.7) ? 'Quality Plan' : 'Manual',
      workflowStatus: outcome.isDisputed ? 'Disputed' : outcome.isAcknowledged ? 'Acknowledged' : 'Submitted',
      workflowState: 'Completed',
      autoAcknowledged: outcome.isAcknowledged && dice.chance(0.3),
      planName: dice.chance(0.7) ? 'Monthly "Nurse Line", all shifts' : null,
      formName: 'Patient Call',
      formVersion: '3',
      startDate,
      submissionDate: seconds(at),
      lastUpdated: seconds(outcome.updated),
      scorePercentage: percentage,
      score: percentage / 2,
      maximumPossibleScore: 50,
      rank: percentage > 90 ? 'Excellent' : 'Good',
      failedCriticalQuestion: dice.chance(0.05),
      userReviewComments: remarks[dice.below(remarks.length)] ?? null,
      disputeResolverComments: outcome.isDisputed ? `Raised by half a point\n${marks.comment}` : null,
      segmentId: segment?.segmentId ?? '',
      acdId: String(contactId),
      interactionType: 'Voice',
      interactionStartDate: seconds(call.start),
      interactionEndDate: seconds(segment?.end ?? call.end),
      interactionDirection: call.isOutbound ? 'Outbound' : 'Inbound',
      agentId: agent < 0 ? null : String(agentIdOf(agent)),
      teamId: team === undefined ? null : String(team.id),
      teamName: team?.name ?? null,
      phoneNumber: call.isOutbound ? addressesOf(call).to : addressesOf(call).from,
      ...namesOf(agent, outcome, marks.name),
    };
  };

  /** Evaluations submitted in [from, to) half an hour ago or earlier, as they are at a moment (epoch ms). */
  const rows = function* (from: number, to: number, now: number): Generator<EvaluationTruth> {
    for (let day = Math.max(0, dayOf(from - latestSubmission)); day <= dayOf(Math.min(to, now)); day++) {
      for (let number = 0; number < source.perDay; number++) {
        if (fraction(seed, day, number, evaluationDraws) >= evaluatedShare) continue;
        if (source.masterNumber(day, number) !== number) continue;
        const call = source.facts(day, number);
        if (!call.isRecorded) continue;
        const end = recordings.segments(call).at(-1)?.end ?? call.end;
        for (const drawn of drawEvaluations(seed, call, end)) {
          const { at } = drawn;
          if (at >= from && at < to && at + extractDelay <= now) yield rowOf(call, drawn, now);
        }
      }
    }
  };

  return { rows };
}

/** The evaluations of a call; one in ten is opened again. */
function* drawEvaluations(seed: number, { contactId }: ContactFacts, end: number): Generator<Drawn> {
  const [a, b] = [contactId % 4294967296, Math.floor(contactId / 4294967296)];
  const dice = new Dice(hash(seed, a, b, evaluationDraws, 1));
  // Whole seconds, since the extract has no more.
  let at = Math.floor((end + 2 * hourMs + dice.below(5 * dayMs)) / 1000) * 1000;
  const rounds = dice.chance(0.1) ? 2 : 1;
  for (let round = 0; round < rounds; round++) {
    yield {
      start: at - 1000 * dice.below(5400),
      at,
      dice: new Dice(hash(seed, a, b, evaluationDraws, 2 + round)),
    };
    at += dayMs + 1000 * dice.below(86_400);
  }
}

interface Outcome {
  readonly isAcknowledged: boolean;
  readonly isDisputed: boolean;
  readonly updated: number;
  readonly percentage: number;
  readonly evaluator: number;
}

/** What became of an evaluation by a moment, epoch ms. */
function drawOutcome(dice: Dice, at: number, now: number): Outcome {
  const acknowledgedAt = dice.chance(0.6) ? at + hourMs + 1000 * dice.below(86_400) : Infinity;
  const disputedAt = dice.chance(0.2) ? at + dayMs + 1000 * dice.below(2 * 86_400) : Infinity;
  const isAcknowledged = acknowledgedAt <= now;
  const isDisputed = disputedAt <= now;
  const updated = Math.max(at, isAcknowledged ? acknowledgedAt : 0, isDisputed ? disputedAt : 0);
  const percentage = (600 + dice.below(390)) / 10 + (isDisputed ? 0.5 : 0);
  return { isAcknowledged, isDisputed, updated, percentage, evaluator: dice.below(100) };
}

type Names = Pick<EvaluationTruth, Extract<keyof EvaluationTruth, `${'firstname' | 'lastname'}${string}`>>;

/** The people of an evaluation; the names of evaluators bear a mark. */
function namesOf(agent: number, { isDisputed, evaluator }: Outcome, mark: string): Names {
  const first = (number: number): string => firstNames[number % firstNames.length] ?? '';
  const last = (number: number): string => lastNames[number % lastNames.length] ?? '';
  const marked = (number: number): string => `${last(number)} ${mark}`;
  return {
    firstnameEva: first(evaluator),
    lastnameEva: marked(evaluator),
    firstnameAgent: agent < 0 ? null : first(agent),
    lastnameAgent: agent < 0 ? null : last(agent),
    firstnameDisp: isDisputed ? first(evaluator + 1) : null,
    lastnameDisp: isDisputed ? marked(evaluator + 1) : null,
    firstnameAssigner: first(evaluator + 2),
    lastnameAssigner: marked(evaluator + 2),
  };
}

function seconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
