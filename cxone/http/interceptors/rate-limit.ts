import { CxoneError } from '../../cxone-error';
import type { Interceptor } from '../exchange';
import type { RequestLimiter } from '../rate-limiter';

/** Asks the limiter before every request and notifies it of every 429. Without a limiter requests are unlimited. */
export function rateLimit(limiter: RequestLimiter | undefined): Interceptor {
  return (next) => {
    if (limiter === undefined) return next;
    return async (request, signal) => {
      await limiter.acquire(request.family, signal);
      try {
        return await next(request, signal);
      } catch (error) {
        if (error instanceof CxoneError && error.code === 'Throttled') {
          await limiter.onThrottled(request.family, error.retryAfterMs);
        }
        throw error;
      }
    };
  };
}
