import type { ApiFamily } from '../../../errors';
import type { Interceptor } from '../exchange';

/** What callers may count: one event for each HTTP exchange; `status` 0 stands for "no answer". */
export interface RequestEvent {
  readonly family: ApiFamily;
  readonly status: number;
  /** Milliseconds until the answer was there: its headers for a file, else all of it. */
  readonly ms: number;
}

/** Reports every exchange once, however it ends. */
export function metrics<Body>(onRequest: ((event: RequestEvent) => void) | undefined): Interceptor<Body> {
  return (next) => async (request, signal) => {
    const started = performance.now();
    let status = 0;
    try {
      const answer = await next(request, signal);
      ({ status } = answer);
      return answer;
    } finally {
      onRequest?.({ family: request.family, status, ms: performance.now() - started });
    }
  };
}
