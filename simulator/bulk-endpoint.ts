import type { Exchange } from './exchange';
import { uuidOf } from './identifiers';
import type { PresignedUrls } from './presigned-urls';
import type { Quota } from './quota';
import type { Recordings, Segment } from './recordings';
import { tooManyRequests } from './refusals';
import type { Reply } from './reply';
import { json } from './reply';

/** The Media Download API (contract §4.7): bulk requests for the recordings of contacts or segments. */
export type BulkEndpoint = (exchange: Exchange) => Reply;

interface Parts {
  readonly seed: number;
  readonly recordings: Recordings;
  readonly urls: PresignedUrls;
  /** Absent: unlimited. Requests count, questions for their status do not. */
  readonly quota: Quota | undefined;
}

interface BulkRequest {
  readonly id: string;
  readonly kind: 'contacts' | 'segments';
  readonly entityIds: readonly string[];
  readonly createdAt: string;
  polls: number;
}

const PATH = /^\/media-download\/v1\/(contacts|segments|status\/([^/]+))\/?$/i;
/** Contacts or segments in one request. */
const MOST = 100;

/**
 * Creates the endpoint. A request is pending when it is asked for the first time. Its answer holds what NICE has
 * published and no more: one `downloadLocation`, which is a file only where a single one was asked for; the switch
 * `bulkLinks` tells links where nobody has seen them yet.
 */
export function createBulkEndpoint(parts: Parts): BulkEndpoint {
  const { seed, recordings, urls, quota } = parts;
  const requests = new Map<string, BulkRequest>();

  const create = (exchange: Exchange, kind: BulkRequest['kind']): Reply => {
    if (quota?.admit(exchange.now) === false) return tooManyRequests(exchange);
    const entityIds = readIds(exchange.body);
    if (entityIds === undefined)
      return problem(400, 'INVALID_REQUEST', `entityIds must hold 1 to ${MOST} texts`);
    const id = uuidOf(seed, `bulk ${requests.size}`);
    requests.set(id, { id, kind, entityIds, createdAt: new Date(exchange.now).toISOString(), polls: 0 });
    return json(202, { requestId: id });
  };

  const filesOf = (kind: BulkRequest['kind'], id: string, arrivedBy: number): readonly Segment[] => {
    const segment = kind === 'segments' ? recordings.find(id) : undefined;
    const callId = segment?.masterContactId ?? (/^\d{1,15}$/.test(id) ? Number(id) : NaN);
    const call = Number.isNaN(callId) ? undefined : recordings.call(callId, arrivedBy);
    if (call === undefined) return [];
    return recordings
      .segments(call)
      .filter((one) => one.hasFile && (segment === undefined || one.segmentId === segment.segmentId));
  };

  const status = ({ firing, now }: Exchange, request: BulkRequest): Reply => {
    const { id: requestId, kind, entityIds, createdAt } = request;
    const state = firing.has('bulkFailed')
      ? 'FAILED'
      : request.polls < (firing.get('bulkSlow')?.count ?? 1)
        ? 'PENDING'
        : 'COMPLETED';
    request.polls++;
    const answer = { requestId, status: state, createdAt, updatedAt: new Date(now).toISOString() };
    if (state !== 'COMPLETED') {
      return json(200, {
        ...answer,
        entities: entityIds.map((entityId) => ({ entityId, status: state })),
        downloadLocation: null,
      });
    }
    const late = firing.get('mediaLate');
    const arrivedBy = late === undefined ? now : now - (late.seconds ?? 3600) * 1000;
    const every = firing.get('bulkMissing')?.every;
    const form = firing.get('bulkLinks')?.form ?? (firing.has('bulkLinks') ? 'segments' : undefined);
    const linkOf = (file: Segment): string =>
      urls.sign(urls.pathOf(file.masterContactId, file.segmentId), now);
    const found = entityIds.map((entityId, place) => {
      const isLeftOut = every !== undefined && place % every === 0;
      return { entityId, files: isLeftOut ? [] : filesOf(kind, entityId, arrivedBy) };
    });
    const entities = found.map(({ entityId, files }) => {
      const [only] = files;
      if (only === undefined) {
        return { entityId, status: 'FAILED', failureReason: 'No media found for the entity' };
      }
      if (form === undefined) return { entityId, status: 'COMPLETED' };
      return form === 'entities' && files.length === 1
        ? { entityId, status: 'COMPLETED', downloadLocation: linkOf(only) }
        : {
            entityId,
            status: 'COMPLETED',
            segments: files.map((one) => ({ segmentId: one.segmentId, downloadLocation: linkOf(one) })),
          };
    });
    const [single, ...others] = found.flatMap(({ files }) => files);
    const isFile = entityIds.length === 1 && single !== undefined && others.length === 0;
    const downloadLocation = isFile ? linkOf(single) : `s3://export-of-the-customer/${requestId}/`;
    return json(200, { ...answer, entities, downloadLocation });
  };

  return (exchange) => {
    const [, what, id] = PATH.exec(exchange.path) ?? [];
    if (what === undefined) return problem(404, 'NOT_FOUND', 'No such resource');
    if (id === undefined) {
      if (exchange.method !== 'POST') return problem(405, 'INVALID_REQUEST', 'POST is expected');
      return create(exchange, what.toLowerCase() as BulkRequest['kind']);
    }
    const request = requests.get(id);
    return request === undefined ? problem(404, 'NOT_FOUND', 'No such request') : status(exchange, request);
  };
}

function problem(status: number, code: string, message: string): Reply {
  return json(status, { code, message });
}

function readIds(body: string): readonly string[] | undefined {
  try {
    const { entityIds } = JSON.parse(body) as { readonly entityIds?: unknown };
    if (!Array.isArray(entityIds) || entityIds.length === 0 || entityIds.length > MOST) return undefined;
    return entityIds.every((id) => typeof id === 'string') ? entityIds : undefined;
  } catch {
    return undefined;
  }
}
