import { readAnswer, readJson } from '../http/read-json';
import { correlationId, retryAfter } from '../http/response-headers';
import type { Api, ApiQuery } from '../api';
import { CxoneError, familyNames } from '../cxone-error';
import type { HttpAnswer } from '../http/exchange';
import type { ExtractionEntity } from './columns';
import { isObject, valueOf } from '../json/json';
import { permissions } from '../../errors';
import { type KnownPhrase, phrasesIn, speaksOf } from '../http/known-phrases';

/** How Data Extraction answers a request for its jobs. */
export type ExtractionAccess = 'open' | 'refused' | 'busy';

export interface ExtractionJobRequest {
  readonly entity: ExtractionEntity;
  /** Of the entity, as text: `7`. */
  readonly version: string;
  /** First and last day, `YYYY-MM-DD` in UTC, both inclusive; 14 days at most (contract §10). */
  readonly from: string;
  readonly to: string;
  /** Whether a job of this tenant was created or ran less than a minute ago: an unclear 403 then means "too soon". */
  readonly recentJob?: boolean;
}

export interface ExtractionJob {
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired';
  /** Known phrases in CXone's words on why it failed, and where the answer is kept; null when there is neither. */
  readonly errorMessage: string | null;
  /** A secret that lives 30 s: open it at once, never store or log it. Null until the job succeeded. */
  readonly url: string | null;
}

const path = '/data-extraction/v1/jobs';
/** The statuses of a job that is over; whatever else is said means that it is not, as every known client takes it. */
const ends: Readonly<Record<string, Exclude<ExtractionJob['status'], 'running'>>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  expired: 'expired',
};

/**
 * `GET /data-extraction/v1/jobs` (contract §10): lists jobs and creates none. A second caller within half a minute
 * gets a 403 with a text, which is no missing permission: `busy`.
 * @throws CxoneError for every other refusal
 */
export async function lookAtExtraction(api: Api, signal?: AbortSignal): Promise<ExtractionAccess> {
  const answer = await api.get({ family: 'extraction', path, parameters: {}, accept: [403] }, signal);
  if (answer.status !== 403) return 'open';
  return saysBusy(answer.serverPhrases ?? [], false) ? 'busy' : 'refused';
}

/**
 * `POST /data-extraction/v1/jobs` (contract §10): has CXone begin an extraction.
 * @returns the job's id
 * @throws CxoneError `ExtractionBusy` (with `retryAfterMs`: another caller asked less than 30 s ago, or is asking),
 *   `ExtractionForbidden` (names the permission of the entity), `BadRequest`, and what `parseJobId` throws
 */
export async function createExtractionJob(
  api: Api,
  request: ExtractionJobRequest,
  now: () => number,
  signal?: AbortSignal,
): Promise<string> {
  const { entity, version, from, to, recentJob = false } = request;
  const body = { entityName: entity, version, startDate: from, endDate: to };
  const query: ApiQuery = { family: 'extraction', path, parameters: {}, body, accept: [201, 202, 403] };
  const answer = await api.post(query, signal).catch((error: unknown) => {
    throw error instanceof CxoneError && error.code === 'BadRequest' ? refusedAsAsked(error) : error;
  });
  if (answer.status === 403) throw refused(answer, recentJob, now(), entity);
  return readAnswer(answer, parseJobId);
}

/**
 * `GET /data-extraction/v1/jobs/{id}` (contract §10). Each call gives a fresh link while the result is kept.
 * @throws CxoneError `NotFound` (no such job, or no more), `ExtractionBusy`, `UnexpectedShape`
 */
export async function fetchExtractionJob(
  api: Api,
  jobId: string,
  now: () => number,
  signal?: AbortSignal,
): Promise<ExtractionJob> {
  if (!isId(jobId)) throw unexpected('with an id that cannot be part of an address');
  const query: ApiQuery = {
    family: 'extraction',
    path: `${path}/${jobId}`,
    parameters: {},
    accept: [403, 404],
  };
  const answer = await api.get(query, signal);
  // Who could create a job may look at it: this is the other 403, unless it says that it is not.
  if (answer.status === 403) throw refused(answer, true, now());
  if (answer.status === 404) {
    throw new CxoneError('NotFound', `${familyNames.extraction} knows no such job, or no more.`, {
      status: 404,
      correlationId: correlationId(answer),
      remedy: 'Nothing to do: another job is made.',
    });
  }
  const job = await readAnswer(answer, parseJob);
  if (job.status !== 'failed' && job.status !== 'cancelled') return job;
  // Its words on why are in the answer, for a person to read.
  const answerId = answer.report?.('ExtractionFailed');
  if (answerId === undefined) return job;
  return { ...job, errorMessage: `${job.errorMessage ?? 'see'} (answer ${answerId})` };
}

/**
 * Reads how a job stands.
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer`, `UnexpectedShape`
 */
export function parseJob(body: Buffer, contentType?: string): ExtractionJob {
  const answer = readJson(body, 'extraction', contentType);
  const job = isObject(answer) ? valueOf(answer, 'jobStatus') : undefined;
  const word = isObject(job) ? valueOf(job, 'status') : undefined;
  if (!isObject(job) || typeof word !== 'string') throw unexpected('without the status of a job');
  const over = word.trim().toLowerCase();
  const status = Object.hasOwn(ends, over) ? (ends[over] ?? 'running') : 'running';
  const result = valueOf(job, 'result');
  const holder = isObject(result) ? result : {};
  const url = valueOf(holder, 'url');
  // One client reads `messageError` (contract §2.5).
  const words = [valueOf(holder, 'errorMessage'), valueOf(holder, 'messageError')].find(
    (one) => typeof one === 'string' && one !== '',
  );
  return {
    status,
    errorMessage: typeof words === 'string' ? phrasesIn(words).join(', ') || null : null,
    url: status === 'succeeded' && typeof url === 'string' && url !== '' ? url : null,
  };
}

/**
 * Reads the id of a new job.
 * @throws CxoneError `UnexpectedHtml` and `IncompleteAnswer` (JSON that is cut off), as every answer may be for a while;
 *   `UnexpectedShape` for any other without an id
 */
export function parseJobId(body: Buffer, contentType?: string): string {
  const id = readJobId(body);
  if (id !== null) return id;
  // Bare text may be an id as well, so that only what begins as a page or as JSON says what became of it.
  const [start = ''] = /\S/.exec(body.subarray(0, 1_024).toString('utf8')) ?? [];
  if (['<', '"', '{'].includes(start)) readJson(body, 'extraction', contentType);
  throw unexpected('without the id of a job');
}

/** A JSON string, with its quotes or doubly quoted, an object with `jobId`, or the bare text (contract §10). */
export function readJobId(body: Buffer): string | null {
  const text = body
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  let value: unknown = text;
  // At most twice quoted; what is no JSON is the id itself.
  for (let depth = 0; depth < 2 && typeof value === 'string'; depth += 1) value = parsedOr(value);
  if (isObject(value)) value = valueOf(value, 'jobId') ?? valueOf(value, 'id');
  const id = typeof value === 'number' ? String(value) : value;
  return typeof id === 'string' && isId(id) ? id : null;
}

function parsedOr(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || isObject(value) ? value : text;
  } catch {
    return text;
  }
}

/** The id becomes part of a path, so it must be nothing but a plain name. */
function isId(id: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(id);
}

/**
 * Which of the two 403s of Data Extraction (contract §10) it is: too soon after another caller, or a missing permission.
 * Words that speak of either decide; where they speak of neither (there are none, or a gateway's "Forbidden"), it is taken
 * for too soon if a job of the tenant ran less than a minute ago.
 */
function saysBusy(serverPhrases: readonly KnownPhrase[], recentJob: boolean): boolean {
  if (serverPhrases.includes('to wait')) return true;
  return recentJob && !serverPhrases.includes('a permission or licence');
}

function refused(answer: HttpAnswer, recentJob: boolean, now: number, entity?: ExtractionEntity): CxoneError {
  const serverPhrases = answer.serverPhrases ?? [];
  const message = `${familyNames.extraction} answered with status 403${speaksOf(serverPhrases)}.`;
  const code = saysBusy(serverPhrases, recentJob) ? 'ExtractionBusy' : 'ExtractionForbidden';
  const details = { status: 403, correlationId: correlationId(answer), answerId: answer.report?.(code) };
  if (code === 'ExtractionBusy') {
    // Callers that are refused together should not come back together.
    const wait = retryAfter(answer.header('retry-after'), now) ?? 30_000 + Math.floor(Math.random() * 30_000);
    return new CxoneError(code, message, { ...details, retryAfterMs: wait });
  }
  const remedy = entity === 'qm-workflows' ? { remedy: evaluationsRemedy } : {};
  return new CxoneError(code, message, { ...details, ...remedy });
}

/** The same error with a remedy that fits; its message names the correlation id already. */
function refusedAsAsked({ code, message, status }: CxoneError): CxoneError {
  return new CxoneError(code, message, {
    status,
    remedy:
      'CXone does not accept this job: check the version of the entity in the tenants file, and that the days exist, ' +
      'in order, 14 at most.',
  });
}

const evaluationsRemedy =
  `In CXone, give a role of the service user this permission: ${permissions.evaluations}. If it ` +
  'has it, the registration of the application may lack the API Data Extraction.';

function unexpected(what: string): CxoneError {
  return new CxoneError('UnexpectedShape', `${familyNames.extraction} answered ${what}.`, {
    remedy: 'The answer is not one we know: report it with the correlation id to the maintainers.',
  });
}
