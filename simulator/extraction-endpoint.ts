import { DAY } from './calendar';
import type { ContactSource } from './contact-facts';
import { dayOfContact, numberOfContact } from './contact-id';
import type { ContactIndex } from './contact-index';
import type { Exchange } from './exchange';
import { uuidOf } from './identifiers';
import type { PresignedUrls } from './presigned-urls';
import type { Recordings } from './recordings';
import type { Reply } from './reply';
import { empty, json, text } from './reply';

interface Job {
  readonly id: string;
  /** Epoch ms; the end exclusive. */
  readonly from: number;
  readonly to: number;
  readonly isKnown: boolean;
  polls: number;
}

/** The Data Extraction API (contract §2.5, §10), as far as a look at its permission and at one result needs it. */
export interface ExtractionEndpoint {
  /** `POST` and `GET …/jobs`, `GET …/jobs/{id}`. A job runs until it has been asked for once. */
  answer(exchange: Exchange): Reply;
  /** The CSV of a job, by the path of its presigned address; `undefined` for any other path. */
  report(path: string, now: number): Reply | undefined;
}

interface Parts {
  readonly seed: number;
  readonly tenantId: string;
  readonly source: ContactSource;
  readonly index: ContactIndex;
  readonly recordings: Recordings;
  readonly urls: PresignedUrls;
}

const JOBS = /^\/data-extraction\/v1\/jobs(?:\/([^/]+))?\/?$/i;
const ENTITY = 'recording-interaction-metadata';
const HEADER = [
  'ACD Call ID',
  'Segment ID',
  'Start Date',
  'Voice Recording Status',
  'Agent 1 Contact Number',
];

/** Creates the endpoint. It knows one entity; jobs for any other fail, as they do for a misspelt name. */
export function createExtractionEndpoint(parts: Parts): ExtractionEndpoint {
  const { seed, source, index, recordings, urls } = parts;
  const jobs = new Map<string, Job>();
  const pathOf = (id: string): string => `/extraction/${parts.tenantId}/${id}.csv`;

  const create = (body: string): Reply => {
    const { entityName, startDate, endDate } = readRequest(body);
    const from = Date.parse(`${startDate}T00:00:00Z`);
    const to = Date.parse(`${endDate}T00:00:00Z`) + DAY;
    if (!(from < to)) return json(400, { message: 'startDate and endDate must be dates, in order' });
    const id = uuidOf(seed, `job ${jobs.size}`);
    jobs.set(id, { id, from, to, isKnown: entityName === ENTITY, polls: 0 });
    return json(202, id);
  };

  const statusOf = ({ polls, isKnown }: Job): string =>
    polls === 0 ? 'RUNNING' : isKnown ? 'SUCCEEDED' : 'FAILED';

  const poll = (job: Job, now: number): Reply => {
    const status = statusOf(job);
    job.polls++;
    const url = status === 'SUCCEEDED' ? urls.sign(pathOf(job.id), now) : null;
    const errorMessage = status === 'FAILED' ? 'Unknown entity' : null;
    return json(200, { jobStatus: { id: job.id, status, result: { url, errorMessage } } });
  };

  const answer = ({ method, path, body, now }: Exchange): Reply => {
    const match = JOBS.exec(path);
    if (match === null) return empty(404);
    const job = jobs.get(match[1] ?? '');
    if (method === 'POST' && match[1] === undefined) return create(body);
    if (method !== 'GET') return empty(405);
    if (match[1] === undefined) {
      return json(200, { jobs: [...jobs.values()].map((one) => ({ id: one.id, status: statusOf(one) })) });
    }
    return job === undefined ? json(404, { message: 'No such job' }) : poll(job, now);
  };

  const report = (path: string, now: number): Reply | undefined => {
    const job = [...jobs.values()].find(({ id }) => path === pathOf(id));
    if (job === undefined) return undefined;
    const query = {
      startFrom: job.from,
      startTo: job.to - 1,
      updatedFrom: -Infinity,
      filter: { isLogged: true },
      orderBy: { field: 'contactId', descending: false },
    };
    const lines = index.select(query, now).segments.flatMap(({ load }) =>
      [...load().ids].flatMap((id) => {
        const call = source.facts(dayOfContact(id), numberOfContact(id));
        if (call.leg > 0) return [];
        return recordings
          .segments(call)
          .map(({ segmentId, start, hasFile }) =>
            row([id, segmentId, new Date(start).toISOString(), hasFile ? 'Success' : 'Failed', id]),
          );
      }),
    );
    // A byte-order mark stands before the header (§10).
    return text(200, `\uFEFF${[row(HEADER), ...lines].join('\r\n')}\r\n`, 'text/csv');
  };

  return { answer, report };
}

function row(values: readonly (string | number)[]): string {
  return values.map((value) => `"${value}"`).join(',');
}

function readRequest(body: string): Readonly<Record<'entityName' | 'startDate' | 'endDate', string>> {
  const nothing = { entityName: '', startDate: '', endDate: '' };
  try {
    return { ...nothing, ...(JSON.parse(body) as object) };
  } catch {
    return nothing;
  }
}
