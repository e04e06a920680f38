import type { Pool } from 'pg';
import { storableText } from '../ingest/sanitise';
import { run } from '../postgres/transaction';

/** An answer of CXone that became an error. */
export interface ApiError {
  /** Chosen by the caller: 12 hexadecimal digits. */
  readonly errorId: string;
  readonly tenant: string;
  /** The part of the API that answered. */
  readonly family: string;
  /** Of HTTP; 0 where an address in an answer was refused. */
  readonly status: number;
  /** Of ours. */
  readonly code: string;
  readonly correlationId: string | null;
  /** PERSONAL DATA: what CXone wrote, 4 kB at most. */
  readonly answer: string;
}

export interface KeptApiError extends ApiError {
  readonly at: Date;
}

/** What may be shown in a list: no personal data. `answerLength` in characters. */
export type ApiErrorSummary = Omit<KeptApiError, 'answer'> & { readonly answerLength: number };

export interface ApiErrorFilter {
  readonly tenant?: string | undefined;
  readonly code?: string | undefined;
}

export type ApiErrors = ReturnType<typeof createApiErrors>;

/** Of one tenant and code, so that no outage fills the table: 200 × 4 kB is less than a megabyte. */
const mostADay = 200;

const keepSql = `
  insert into cxone.api_error (error_id, tenant, family, status, code, correlation_id, answer)
  select $1, $2, $3, $4, $5, $6, $7
  where (select count(*) from cxone.api_error
         where tenant = $2 and at > now() - interval '1 day' and code = $5) < ${mostADay}
  on conflict do nothing
  returning 1`;

const summary = `error_id as "errorId", tenant, at, family, status, code, correlation_id as "correlationId"`;
const matching = 'where ($1::text is null or tenant = $1) and ($2::text is null or code = $2)';

/** The answers of CXone that became errors. All methods throw `StoreError`. */
export function createApiErrors(pool: Pool) {
  return {
    /**
     * Keeps an answer, unless the tenant has 200 of the same code within a day: the first ones explain an outage.
     * @returns whether it is kept
     */
    async keep({ errorId, tenant, family, status, code, correlationId, answer }: ApiError): Promise<boolean> {
      const values = [errorId, tenant, family, status, code, correlationId, storableText(answer)];
      return (await run(pool, keepSql, values)).length > 0;
    },
    /** The newest first. */
    async list(
      { tenant, code }: ApiErrorFilter,
      limit: number,
    ): Promise<{ readonly total: number; readonly errors: readonly ApiErrorSummary[] }> {
      const values = [tenant, code];
      const [counted] = await run<{ total: number }>(
        pool,
        `select count(*)::int as total from cxone.api_error ${matching}`,
        values,
      );
      const errors = await run<ApiErrorSummary>(
        pool,
        `select ${summary}, length(answer) as "answerLength" from cxone.api_error ${matching}
         order by at desc, error_id limit $3`,
        [...values, limit],
      );
      return { total: counted?.total ?? 0, errors };
    },
    async find(errorId: string): Promise<KeptApiError | null> {
      const rows = await run<KeptApiError>(
        pool,
        `select ${summary}, answer from cxone.api_error where error_id = $1`,
        [errorId],
      );
      return rows[0] ?? null;
    },
    /** Removes what was kept before `before`; answers how many. */
    async prune(before: Date): Promise<number> {
      const rows = await run<{ pruned: number }>(
        pool,
        `with pruned as (delete from cxone.api_error where at < $1 returning 1)
         select count(*)::int as pruned from pruned`,
        [before],
      );
      return rows[0]?.pruned ?? 0;
    },
  };
}
