import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { retryAfter } from '../http/response-headers';
import { type CsvRecord, readCsv } from './csv';
import { CxoneError } from '../cxone-error';
import type { HttpAnswer } from '../http/exchange';
import { type ExtractionEntity, folded, keyColumns } from './columns';
import { streamInUtf8 } from '../http/charset';
import { createMediaRequest, type FileAccess, lengthOf } from '../media/media-request';
import { isPage } from '../media/file-signature';
import { nextChunk } from '../http/read-chunk';

export interface ExtractionResultOptions {
  /** How long the body may stand still; 30 s if not given. */
  readonly idleTimeoutMs?: number;
  /** The most bytes to accept, packed and unpacked; 4 GiB if not given. */
  readonly maxBytes?: number;
  /** What was extracted: a header without its key is refused at once, instead of row by row. */
  readonly entity?: ExtractionEntity;
}

/** A result on its way; its header has been read. */
export interface ExtractionResult {
  readonly columns: readonly string[];
  /**
   * Rows as the readers of `extraction-records` take them. Must be read to the end or given up (`break`), which closes
   * the connection. @throws CxoneError `IncompleteAnswer` (shorter or longer than announced, broken off, standing still,
   * a row cut off where no length was announced), `ResponseTooLarge`
   */
  readonly records: AsyncIterable<CsvRecord>;
  /** As announced. */
  readonly contentLength?: number;
  /** How many bytes of CSV have come so far, unpacked. */
  bytes(): number;
}

/**
 * Opens the CSV of a job that succeeded (contract §10). Its address is presigned and lives 30 s: it is a secret, and goes
 * through the rules for media hosts without our token.
 * @throws CxoneError `ExtractionLinkExpired` (ask the job again), `MediaHostRefused`, `UnexpectedHtml` (a page instead of
 *   CSV), `UnexpectedShape` (no header, or none with the key), `ResponseTooLarge`, and what a network can do
 */
export async function openExtractionResult(
  access: FileAccess,
  url: string,
  signal?: AbortSignal,
  options: ExtractionResultOptions = {},
): Promise<ExtractionResult> {
  const { idleTimeoutMs = 30_000, maxBytes = 4 * 1024 ** 3, entity } = options;
  const answer = await createMediaRequest(access)(url, {}, signal);
  const contentLength = lengthOf(answer);
  const progress = { bytes: 0, unpacked: 0 };
  try {
    const objection = objectionTo(answer, access.now());
    if (objection !== null) throw objection;
    const body = bodyOf(answer, { contentLength, idleTimeoutMs, maxBytes, signal, progress });
    // The body ends with an error when it is not as long as announced, as a packed one does when a byte is missing.
    const isWhole = contentLength !== undefined || isGzip(answer);
    const csv = streamInUtf8(
      isGzip(answer) ? unpacked(body, maxBytes, progress) : body,
      answer.header('content-type'),
    );
    const table = await readCsv(csv, { isWhole });
    if (table === null) throw unexpected('an empty file, without even a header');
    if (entity !== undefined && !table.columns.some((column) => isKey(column, entity))) {
      throw unexpected(`a CSV without the column "${keyColumns[entity]}"`);
    }
    return {
      columns: table.columns,
      records: closing(table.records, answer.body),
      ...(contentLength === undefined ? {} : { contentLength }),
      bytes: () => Math.max(progress.bytes, progress.unpacked),
    };
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

interface BodyRules {
  readonly contentLength: number | undefined;
  readonly idleTimeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly progress: { bytes: number };
}

/** The bytes of an answer; vouches at the end that they are all there. */
async function* bodyOf(answer: HttpAnswer<Readable>, rules: BodyRules): AsyncGenerator<Buffer, void, void> {
  const { contentLength, maxBytes, signal, progress } = rules;
  const stalled = () =>
    new CxoneError(
      'IncompleteAnswer',
      `The file host sent nothing for ${rules.idleTimeoutMs / 1_000} s in the middle of the result.`,
    );
  const chunks = answer.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const chunk = await nextChunk(chunks, answer.body, { ...rules, stalled }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error instanceof CxoneError ? error : brokenOff(progress.bytes, contentLength);
    });
    if (chunk === null) break;
    // An error page begins so in its first bytes; CSV never does.
    if (progress.bytes === 0 && isPage(chunk)) throw page();
    progress.bytes += chunk.length;
    if (progress.bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
  if (contentLength !== undefined && progress.bytes !== contentLength)
    throw brokenOff(progress.bytes, contentLength);
}

/** A storage may keep a file compressed and send it so without being asked to. */
function isGzip(answer: HttpAnswer<unknown>): boolean {
  return /^\s*(?:x-)?gzip\s*$/i.test(answer.header('content-encoding') ?? '');
}

/** Unpacks as it comes, and no further than the limit. @throws CxoneError `IncompleteAnswer`, `ResponseTooLarge` */
async function* unpacked(
  packed: AsyncIterable<Buffer>,
  maxBytes: number,
  progress: { unpacked: number },
): AsyncGenerator<Buffer, void, void> {
  const gunzip = createGunzip();
  pipeline(Readable.from(packed), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      progress.unpacked += chunk.length;
      if (progress.unpacked > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof CxoneError || !isZlibError(error)) throw error;
    throw new CxoneError('IncompleteAnswer', 'The result is packed and cannot be unpacked.');
  }
}

function isZlibError(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_')
  );
}

/** A reader that stops early leaves bytes waiting in the connection, which must not stay open for them. */
async function* closing(
  records: AsyncIterable<CsvRecord>,
  body: Readable,
): AsyncGenerator<CsvRecord, void, void> {
  try {
    yield* records;
  } finally {
    body.destroy();
  }
}

function objectionTo(answer: HttpAnswer<unknown>, now: number): CxoneError | null {
  const { status } = answer;
  const message = `The file host answered with status ${status}`;
  if (status === 200) return isPageType(answer.header('content-type') ?? '') ? page() : null;
  // S3 says 403 for an address whose time is up, and 404 for a file that was kept for its 24 hours.
  if (status === 400 || status === 401 || status === 403 || status === 404 || status === 410)
    return new CxoneError('ExtractionLinkExpired', `${message} to the link of a result.`, { status });
  const details = { status, retryAfterMs: retryAfter(answer.header('retry-after'), now) };
  return new CxoneError(status === 429 ? 'Throttled' : 'CxoneUnavailable', `${message}.`, details);
}

function isPageType(contentType: string): boolean {
  return /\b(?:html|xml|json)\b/i.test(contentType);
}

function isKey(column: string, entity: ExtractionEntity): boolean {
  return folded(column) === folded(keyColumns[entity]);
}

function page(): CxoneError {
  return new CxoneError('UnexpectedHtml', 'The file host sent a page of HTML or XML instead of CSV.');
}

function brokenOff(received: number, announced: number | undefined): CxoneError {
  const of = announced === undefined ? '' : ` of ${announced}`;
  return new CxoneError('IncompleteAnswer', `The result broke off after ${received}${of} bytes.`);
}

function tooLarge(maxBytes: number): CxoneError {
  return new CxoneError('ResponseTooLarge', `The result has more than ${maxBytes} bytes.`, {
    remedy: 'Extract fewer days at a time.',
  });
}

function unexpected(what: string): CxoneError {
  return new CxoneError('UnexpectedShape', `CXone Data Extraction gave ${what}.`, {
    remedy: 'Check the version of the entity in the tenants file: another one may have other columns.',
  });
}
