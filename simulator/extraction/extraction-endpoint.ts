import { dayMs } from '../data/calendar';
import type { Evaluations } from './evaluations';
import type { Exchange } from '../http/exchange';
import { csvReply, evaluationTable, interactionTable } from './extraction-csv';
import type { ExtractionJob, ExtractionJobs } from './extraction-jobs';
import type { InteractionExtract } from './interaction-extract';
import type { PresignedUrls } from '../media/presigned-urls';
import { forbidden } from '../http/error-replies';
import { empty, json, type Reply, text } from '../http/reply';

/** The Data Extraction API (contract §2.5, §10): one job at a time, a CSV for each. */
export type ExtractionEndpoint = ReturnType<typeof createExtractionEndpoint>;

interface Parts {
  readonly tenantId: string;
  readonly jobs: ExtractionJobs;
  readonly interactions: InteractionExtract;
  readonly evaluations: Evaluations;
  readonly urls: PresignedUrls;
}

const jobPath = /^\/data-extraction\/v1\/jobs(?:\/([^/]+))?\/?$/i;
const longestRange = 14 * dayMs;
const urlSeconds = 30;

/** Creates the endpoint. Jobs for an entity or a version that it does not know fail, as they do for a misspelt name. */
export function createExtractionEndpoint(parts: Parts) {
  const { jobs, interactions, evaluations, urls } = parts;
  const pathOf = (id: string): string => `/extraction/${parts.tenantId}/${id}.csv`;

  const create = ({ body, now, firing }: Exchange): Reply => {
    const { entityName, version, startDate, endDate } = readRequest(body);
    const denied = firing.get('entityForbidden');
    if (denied !== undefined && (denied.entity ?? 'qm-workflows') === entityName)
      return forbidden('extraction');
    const objection = jobs.objection(now);
    if (objection !== undefined) return text(403, objection, 'text/plain');
    const [from, last] = [readDate(startDate), readDate(endDate)];
    if (from === undefined || last === undefined || from > last)
      return json(400, { message: 'startDate and endDate must be dates (YYYY-MM-DD), in order' });
    if (last + dayMs - from > longestRange) return json(400, { message: 'The date range exceeds 14 days' });
    const { id } = jobs.create({ entity: entityName, version, from, to: last + dayMs, at: now });
    const shape = firing.get('jobIdShape');
    if (shape === undefined) return json(202, id);
    if (shape.form === 'plainText') return text(202, id, 'text/plain');
    return json(202, shape.form === 'doubleQuoted' ? JSON.stringify(id) : { jobId: id });
  };

  const poll = (job: ExtractionJob, { now, firing }: Exchange): Reply => {
    const slow = firing.get('jobSlow');
    const running = slow === undefined ? 1 : (slow.count ?? 3);
    const before = jobs.statusOf(job, now, running);
    const ends = firing.get('jobFails');
    const status = ends === undefined || before === 'RUNNING' ? before : (ends.form ?? 'FAILED');
    job.polls++;
    const url = status === 'SUCCEEDED' ? urls.sign(pathOf(job.id), now, urlSeconds) : null;
    const reason = ends === undefined ? 'Unknown entity or version' : 'The extraction could not be completed';
    const errorMessage = status === 'FAILED' ? reason : null;
    return json(200, { jobStatus: { id: job.id, status, result: { url, errorMessage } } });
  };

  /** `POST` and `GET …/jobs`, `GET …/jobs/{id}`. */
  const answer = (exchange: Exchange): Reply => {
    const { method, path, now } = exchange;
    const match = jobPath.exec(path);
    if (match === null) return empty(404);
    if (method === 'POST' && match[1] === undefined) return create(exchange);
    if (method !== 'GET') return empty(405);
    if (match[1] === undefined) {
      const list = jobs.all.map((job) => ({ id: job.id, status: jobs.statusOf(job, now) }));
      return json(200, { jobs: list });
    }
    const job = jobs.find(match[1]);
    return job === undefined ? json(404, { message: 'No such job' }) : poll(job, exchange);
  };

  /** The CSV of a job, by the path of its presigned address; `undefined` for any other path. */
  const report = ({ path, now, firing }: Exchange): Reply | undefined => {
    const job = jobs.all.find(({ id }) => path === pathOf(id));
    if (job === undefined || jobs.statusOf(job, now) === 'EXPIRED') return undefined;
    const { entity, version, from, to, at } = job;
    const table =
      entity === 'qm-workflows'
        ? evaluationTable(() => evaluations.rows(from, to, at), version)
        : interactionTable(() => interactions.rows(from, to, at));
    return csvReply(table, firing);
  };

  return { answer, report };
}

type Member = 'entityName' | 'version' | 'startDate' | 'endDate';

function readRequest(body: string): Readonly<Record<Member, string>> {
  const given = parsed(body);
  const member = (name: Member): string => {
    const value = given[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  return {
    entityName: member('entityName'),
    version: member('version'),
    startDate: member('startDate'),
    endDate: member('endDate'),
  };
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(body) as object) };
  } catch {
    return {};
  }
}

/** A day as epoch ms; `undefined` for what is none. */
function readDate(date: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}
