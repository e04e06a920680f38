import { type EvaluationTruth, plainStamp } from './evaluations';
import type { InteractionMetadataTruth } from './interaction-extract';
import type { Reply } from '../http/reply';
import type { Firing } from '../http/fault-names';

/** A table as it is written: headers, the one of them that is the key, and rows of cells. */
export interface ExtractTable {
  readonly headers: readonly string[];
  readonly key: string;
  readonly rows: () => Iterable<readonly string[]>;
}

type Column<Row> = readonly [header: string, cell: (row: Row) => string | number | boolean | null];

const interactionCsvColumns: readonly Column<InteractionMetadataTruth>[] = [
  // The header only starts with what it is called (contract §10).
  ['ACD Call ID (Master Contact ID)', (row) => row.acdCallId],
  ['Segment ID', (row) => row.segmentId],
  ['Start Date', (row) => row.startDate],
  ['End Date', (row) => row.endDate],
  ['Voice Recording Status', (row) => row.voiceRecordingStatus],
  ['Screen Recording Status', (row) => row.screenRecordingStatus],
  ['Agent 1 ACD ID', (row) => row.agentId],
  ['Agent 1 Name', (row) => row.agentName],
  ['Agent 1 Team', (row) => row.agentTeam],
  ['Agent 1 Skills', (row) => row.agentSkills],
  ['Agent 1 Contact Number', (row) => row.contactId],
  ['ANI', (row) => row.ani],
  ['DNIS', (row) => row.dnis.replace('+', '\\+')],
  ['Disposition', (row) => row.disposition],
  ['Direction', (row) => row.direction],
  ['Media Type', (row) => row.mediaType],
  ['Channel Type', (row) => row.channelType],
];

/** Names as one client spells them after its camelCase (contract §10). */
const evaluationCsvColumns = `
  tenantName agentId type evaluationFlowTrigger workflowStatus workflowState autoAcknowledged workflowId planName
  formName formVersion startDate submissionDate lastUpdated scorePercentage score maximumPossibleScore rank
  failedCriticalQuestion userReviewComments disputeResolverComments segmentId acdId interactionType
  interactionStartDate interactionEndDate interactionDirection teamId teamName phoneNumber firstnameEva lastnameEva
  firstnameAgent lastnameAgent firstnameDisp lastnameDisp firstnameAssigner lastnameAssigner`
  .trim()
  .split(/\s+/) as (keyof EvaluationTruth)[];

/** Interaction metadata as a table; all versions have the same columns here. */
export function interactionTable(rows: () => Iterable<InteractionMetadataTruth>): ExtractTable {
  return tableOf(interactionCsvColumns, 'Segment ID', rows);
}

/** Evaluations as a table: headers in words from version 4 on, in one word before. */
export function evaluationTable(rows: () => Iterable<EvaluationTruth>, version: string): ExtractTable {
  const header = (name: string): string => (version === '4' ? inWords(name) : name);
  const columns = evaluationCsvColumns.map((name): Column<EvaluationTruth> => [
    header(name),
    /Date$|^lastUpdated$/.test(name) ? (row) => plainStamp(String(row[name])) : (row) => row[name],
  ]);
  return tableOf(columns, header('workflowId'), rows);
}

function tableOf<Row>(columns: readonly Column<Row>[], key: string, rows: () => Iterable<Row>): ExtractTable {
  return {
    headers: columns.map(([header]) => header),
    key,
    *rows() {
      for (const row of rows()) yield columns.map(([, cell]) => String(cell(row) ?? ''));
    },
  };
}

/** `workflowId` → `Workflow ID`. */
function inWords(name: string): string {
  const words = name.replace(/([A-Z])/g, ' $1').replace(/\bId\b/, 'ID');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const chunkBytes = 64 * 1024;
/** Longer files are written again each time they are sent, so that they cost no memory. */
const keptAtMost = 1024 * 1024;

/** The answer with a table as CSV: UTF-8 with a byte-order mark, all quoted, CRLF (contract §10), spoilt by faults. */
export function csvReply(table: ExtractTable, firing: Firing): Reply {
  const chunks = (): Iterable<Buffer> => written(spoilt(table, firing), firing);
  const kept: Buffer[] = [];
  let length = 0;
  for (const chunk of chunks()) {
    length += chunk.length;
    if (length <= keptAtMost) kept.push(chunk);
  }
  const body =
    length <= keptAtMost ? Buffer.concat(kept) : { [Symbol.iterator]: () => chunks()[Symbol.iterator]() };
  return { status: 200, headers: { 'Content-Type': 'text/csv' }, body, length };
}

function* written({ headers, rows }: ExtractTable, firing: Firing): Generator<Buffer> {
  const every = firing.get('csvRagged')?.every ?? (firing.has('csvRagged') ? 10 : Infinity);
  let text = `${firing.has('csvWithoutBom') ? '' : '\uFEFF'}${line(headers)}`;
  let number = 0;
  for (const cells of rows()) {
    number++;
    const isRagged = number % every === 0;
    // One cell too few, then one too many.
    text += line(!isRagged ? cells : number % (2 * every) === 0 ? [...cells, 'more'] : cells.slice(1));
    if (text.length < chunkBytes) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

function line(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** The table under the switch `csvHeader`. */
function spoilt(table: ExtractTable, firing: Firing): ExtractTable {
  if (!firing.has('csvHeader')) return table;
  const { headers, key, rows } = table;
  const form = firing.get('csvHeader')?.form ?? 'renamed';
  const last = headers.length - 1;
  const headed = (change: (header: string, place: number) => string): ExtractTable => ({
    ...table,
    headers: headers.map(change),
  });
  if (form === 'extraColumn') {
    return {
      key,
      headers: [...headers, 'Column Of Tomorrow', headers[last] ?? ''],
      *rows() {
        for (const cells of rows()) yield [...cells, 'new', 'twice'];
      },
    };
  }
  if (form === 'withoutKey') {
    const place = headers.indexOf(key);
    return {
      key,
      headers: headers.filter((header) => header !== key),
      *rows() {
        for (const cells of rows()) yield cells.filter((_, at) => at !== place);
      },
    };
  }
  return form === 'upperCase'
    ? headed(
        (header) =>
          ` ${header
            .replace(/([a-z])([A-Z])/g, '$1_$2')
            .replaceAll(' ', '_')
            .toUpperCase()} `,
      )
    : headed((header, place) => (place === last ? 'Called Otherwise' : header));
}
