import type { Value } from '../records/codecs';
import { misfitRow } from './csv';
import { folded } from './columns';
import { stringifyJson } from '../json/json';
import { createReader, fieldNames, type FieldTypes, names, type Reading } from '../records/record-reader';

/** Columns of the interaction metadata; the names of one call's first agent stand for all of it. */
const interactionMetadata: FieldTypes = {
  integer: names('acdCallId contactId agentId'),
  text: names(`
    segmentId voiceRecordingStatus screenRecordingStatus agentName agentTeam agentSkills ani dnis disposition
    direction mediaType channelType
  `),
  timestamp: names('startDate endDate'),
};

/** Headers whose words differ from the field's, in any spelling that `folded` makes alike. */
const interactionAliases: Readonly<Record<string, string>> = {
  'Agent 1 Contact Number': 'contactId',
  'Agent 1 ACD ID': 'agentId',
  'Agent 1 Name': 'agentName',
  'Agent 1 Team': 'agentTeam',
  'Agent 1 Skills': 'agentSkills',
};

/**
 * Columns of `qm-workflows`, all text at CXone. Ids stay text, since an agent or a team may be a number of the ACD or a
 * UUID of the suite there.
 */
const evaluation: FieldTypes = {
  decimal: names('scorePercentage score maximumPossibleScore'),
  flag: names('autoAcknowledged failedCriticalQuestion'),
  text: names(`
    tenantName agentId type evaluationFlowTrigger workflowStatus workflowState workflowId planName formName
    formVersion rank userReviewComments disputeResolverComments segmentId acdId interactionType
    interactionDirection teamId teamName phoneNumber firstnameEva lastnameEva firstnameAgent lastnameAgent
    firstnameDisp lastnameDisp firstnameAssigner lastnameAssigner
  `),
  timestamp: names('startDate submissionDate lastUpdated interactionStartDate interactionEndDate'),
};

/** The names of the interaction metadata's fields; the key is `segmentId`. */
export const interactionMetadataFields = fieldNames(interactionMetadata);

/** The names of an evaluation's fields; the key is `evaluationId`, which is ours. */
export const evaluationFields = ['evaluationId', ...fieldNames(evaluation)] as const;

/** Text that is a key or part of one has to fit into an index of PostgreSQL's. */
const longestStart = 64;

const readSegment = createReader({
  fields: interactionMetadata,
  key: 'segmentId',
  required: [],
  aliases: interactionAliases,
  fold: remembering((header) => {
    const plain = folded(header);
    // What follows the name in that header is not known (contract §10).
    return plain.startsWith('acdcallid') ? 'acdcallid' : plain;
  }),
  emptyIsNull: true,
});

const foldEvaluation = remembering(folded);

const readWorkflow = createReader({
  fields: evaluation,
  key: 'workflowId',
  required: [],
  fold: foldEvaluation,
  emptyIsNull: true,
});

/**
 * Reads one row of `recording-interaction-metadata` (contract §10) under any spelling of its headers. Stored if it has a
 * segment id. Phone numbers lose the stray backslashes that CXone's export leaves in them. Never throws.
 */
export function readInteractionMetadata(record: unknown): Reading {
  const misfit = misfitOf(record);
  if (misfit !== null) return misfit;
  const reading = readSegment(record);
  if (!reading.ok) return reading;
  const { ani = null, dnis = null } = reading.values;
  if (!isEscaped(ani) && !isEscaped(dnis)) return reading;
  return { ...reading, values: { ...reading.values, ani: unescaped(ani), dnis: unescaped(dnis) } };
}

/**
 * Reads one row of `qm-workflows` (contract §10) under any spelling of its headers. Stored if it has a workflow id.
 * `evaluationId` is `<workflowId>/<startDate as it came, or nothing>`: what TAP takes for a key, less the stamp of the
 * last change, so that a row that changed replaces itself. Never throws.
 */
export function readEvaluation(record: unknown): Reading {
  const misfit = misfitOf(record);
  if (misfit !== null) return misfit;
  const reading = readWorkflow(record);
  if (!reading.ok) return reading;
  const start = startOf(record as Readonly<Record<string, unknown>>);
  if (start.length > longestStart) {
    const reason = `startDate is longer than ${longestStart} characters`;
    return { ok: false, reason, field: 'startDate', raw: stringifyJson(record) };
  }
  const evaluationId = `${String(reading.values['workflowId'])}/${start}`;
  return { ...reading, values: { evaluationId, ...reading.values } };
}

/** The start of an evaluation as CXone wrote it. */
function startOf(record: Readonly<Record<string, unknown>>): string {
  for (const [header, value] of Object.entries(record)) {
    if (typeof value === 'string' && value !== '' && foldEvaluation(header) === 'startdate') return value;
  }
  return '';
}

/** A row that does not fit its header: its cells cannot be assigned to columns. */
function misfitOf(record: unknown): Reading | null {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, misfitRow)) return null;
  const raw = (record as Readonly<Record<string, unknown>>)[misfitRow];
  return {
    ok: false,
    reason: 'the row has another number of cells than the header',
    raw: stringifyJson(raw),
  };
}

function isEscaped(value: Value): boolean {
  return typeof value === 'string' && value.includes('\\');
}

function unescaped(value: Value): Value {
  return typeof value === 'string' ? value.replaceAll('\\', '') : value;
}

/** Headers are the same for every row; that many different ones are remembered. */
function remembering(fold: (header: string) => string): (header: string) => string {
  const known = new Map<string, string>();
  return (header) => {
    const before = known.get(header);
    if (before !== undefined) return before;
    const plain = fold(header);
    if (known.size < 1_000) known.set(header, plain);
    return plain;
  };
}
