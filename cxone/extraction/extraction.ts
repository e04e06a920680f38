import type { Api } from '../api';
import type { FileAccess } from '../media/media-request';
import { createExtractionJob, fetchExtractionJob } from './jobs';
import type { ExtractionJob, ExtractionJobRequest } from './jobs';
import { openExtractionResult } from './result-file';
import type { ExtractionResult, ExtractionResultOptions } from './result-file';

/**
 * Data Extraction (contract §10): a job, asked for until it is done, then its CSV. CXone serves one caller of a tenant at a
 * time and one job in 30 s; to keep to that is the caller's part, for only they know of other workers.
 */
export interface Extraction {
  /** Makes a job; answers with its id. @throws CxoneError `ExtractionBusy`, `ExtractionForbidden` */
  createJob(request: ExtractionJobRequest, signal?: AbortSignal): Promise<string>;
  /** How a job stands, with a fresh link once it succeeded. @throws CxoneError `NotFound`, `ExtractionBusy` */
  job(jobId: string, signal?: AbortSignal): Promise<ExtractionJob>;
  /** Opens a link; its records are read as they come. @throws CxoneError `ExtractionLinkExpired` */
  openResult(url: string, signal?: AbortSignal, options?: ExtractionResultOptions): Promise<ExtractionResult>;
}

export function createExtraction(api: Api, access: FileAccess): Extraction {
  const { now } = access;
  return {
    createJob: (request, signal) => createExtractionJob(api, request, now, signal),
    job: (jobId, signal) => fetchExtractionJob(api, jobId, now, signal),
    openResult: (url, signal, options) => openExtractionResult(access, url, signal, options),
  };
}
