import { z } from 'zod';
import { readAnswer, readJson } from './answer';
import type { Api } from './api';
import { CxoneError } from './errors';
import { isFileName } from './interactions';
import { isObject, type JsonObject, valueOf } from './json';

/** One file of a call that a bulk request has brought. */
export interface BulkFile {
  /** The segment the answer names, or `interaction-<n>` (from 1); unique within the call and safe in a file name. */
  readonly segmentId: string;
  /** A short-lived secret: fetch at once, never store or log. */
  readonly url: string;
}

/** How far a bulk request has come. */
export interface BulkDownload {
  readonly status: 'running' | 'completed' | 'failed';
  /** Files by master contact id, of the calls that the answer brings whole; empty before `completed`. */
  readonly calls: ReadonlyMap<string, readonly BulkFile[]>;
}

const path = '/media-download/v1';
const statuses: Readonly<Record<string, BulkDownload['status']>> = {
  PENDING: 'running',
  IN_PROGRESS: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
};

const text = z.union([z.string(), z.number(), z.bigint()]).transform(String).nullish().catch(null);
const linked = { downloadLocation: text, downloadUrl: text, url: text };
const list = z.array(z.unknown()).nullish().catch(null);
const file = z.looseObject({ ...linked, segmentId: text });
const entity = z.looseObject({ ...linked, entityId: text, status: text, segments: list, files: list });

/**
 * Asks Media Download to put together the recordings of so many calls, by master contact id, which is INFERRED to be
 * what it means by the id of a contact (contract §4.7).
 * @returns the request's id, which is no secret
 * @throws CxoneError
 */
export async function requestBulkDownload(
  api: Api,
  masterContactIds: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const answer = await api.post(
    {
      family: 'bulk',
      path: `${path}/contacts`,
      parameters: {},
      body: { entityIds: masterContactIds },
      accept: [201, 202],
    },
    signal,
  );
  return readAnswer(answer, (body, contentType) => {
    const told = readJson(body, 'bulk', contentType);
    const id = isObject(told) ? valueOf(told, 'requestId') : told;
    // The id goes into a path, and into the history of a run.
    if (typeof id === 'string' && /^[\w.:-]{1,200}$/.test(id)) return id;
    throw unexpected('an id of the request');
  });
}

/**
 * Asks how far a request has come (contract §4.7). The published fields tell one location for the whole request and no
 * link for each call, so every place is looked at where one may stand: at the call, at its segments or files, and, where
 * a single call was asked for, at the request. What is no http address (a bucket of the customer's), or names an
 * archive, counts as not brought, and so does a call of which a part has no link.
 * @throws CxoneError
 */
export async function fetchBulkDownload(
  api: Api,
  requestId: string,
  masterContactIds: readonly string[],
  signal?: AbortSignal,
): Promise<BulkDownload> {
  const address = `${path}/status/${encodeURIComponent(requestId)}`;
  const answer = await api.get({ family: 'bulk-status', path: address, parameters: {} }, signal);
  return readAnswer(answer, (body, contentType) => parseBulkDownload(body, masterContactIds, contentType));
}

/** @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer`, `UnexpectedShape` */
export function parseBulkDownload(
  body: Buffer,
  masterContactIds: readonly string[],
  contentType?: string,
): BulkDownload {
  const answer = readJson(body, 'bulk-status', contentType);
  if (!isObject(answer)) throw unexpected('a status');
  const status = statuses[String(valueOf(answer, 'status')).toUpperCase()];
  if (status === undefined) throw unexpected('a status that we know');
  if (status !== 'completed') return { status, calls: new Map() };
  const entities = valueOf(answer, 'entities');
  const told = Array.isArray(entities) ? entities.map(readEntity) : [];
  const [only] = masterContactIds;
  if (only !== undefined && masterContactIds.length === 1 && told.length <= 1) {
    const files = told[0]?.files ?? [];
    const whole = told.length === 0 || told[0]?.brought === true;
    const found = whole && files.length === 0 ? named([{ link: linkIn(answer), segmentId: null }]) : files;
    return { status, calls: new Map(found.length > 0 ? [[only, found]] : []) };
  }
  const asked = new Set(masterContactIds);
  const brought = told.filter(({ id, files }) => id !== null && asked.has(id) && files.length > 0);
  return { status, calls: new Map(brought.map(({ id, files }) => [id ?? '', files])) };
}

interface Entity {
  readonly id: string | null;
  /** False when the answer says that this one failed, is not done, or lacks a part. */
  readonly brought: boolean;
  readonly files: readonly BulkFile[];
}

function readEntity(item: unknown): Entity {
  const parsed = entity.safeParse(item);
  if (!parsed.success) return { id: null, brought: false, files: [] };
  const { entityId = null, status, segments, files } = parsed.data;
  const brought = status == null || status.toUpperCase() === 'COMPLETED';
  if (!brought) return { id: entityId, brought, files: [] };
  const parts = [...(segments ?? []), ...(files ?? [])].map((part) => {
    const read = file.safeParse(part);
    return read.success
      ? { link: linkIn(read.data), segmentId: read.data.segmentId ?? null }
      : { link: null, segmentId: null };
  });
  const own = parts.length > 0 ? parts : [{ link: linkIn(parsed.data), segmentId: null }];
  // Without parts a link may still stand at the request.
  return { id: entityId, brought: parts.every(({ link }) => link !== null), files: named(own) };
}

/**
 * All or none: a call of which a part is left out would count as done without it. Nor several parts without their
 * segments' ids: were one of them not to be had, the look-up that follows would store the others under other names.
 */
function named(
  parts: readonly { readonly link: string | null; readonly segmentId: string | null }[],
): readonly BulkFile[] {
  if (parts.length > 1 && !parts.every(({ segmentId }) => isFileName(segmentId))) return [];
  const seen = new Map<string, number>();
  const files = parts.map(({ link, segmentId }, index) => {
    const name = isFileName(segmentId) ? segmentId : `interaction-${index + 1}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { segmentId: times === 1 ? name : `${name}-${times}`, url: link ?? '' };
  });
  return files.every(({ url }) => url !== '') ? files : [];
}

/** The link of a file; null for a place that cannot be fetched from, or holds no recording as such. */
function linkIn(holder: JsonObject): string | null {
  const places = ['downloadLocation', 'downloadUrl', 'url'].map((name) => valueOf(holder, name));
  const link = places.find((place) => typeof place === 'string' && /^https?:\/\//i.test(place));
  if (typeof link !== 'string' || !URL.canParse(link)) return null;
  return /\.(?:zip|tar|t?gz|7z|csv|json)$|\/$/i.test(new URL(link).pathname) ? null : link;
}

function unexpected(what: string): CxoneError {
  return new CxoneError('UnexpectedShape', `CXone Media Download answered without ${what}.`, {
    remedy:
      'The answer is not one we know: report it with the correlation id to the maintainers. Recordings are looked up ' +
      'one by one meanwhile.',
  });
}
