import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import { type AnswerKeeper, createRequestLimiter } from '../activities';
import type { CxoneClientOptions } from '../cxone';
import type { Store } from '../store';
import { type LimitedTenant, limiterMetrics } from './metrics/quota-metrics';
import { requestMetrics } from './metrics/request-metrics';

interface Parts {
  readonly store: Pick<Store, 'signIns' | 'quotas'>;
  readonly keeper: AnswerKeeper;
  readonly meter: MetricMeter;
  readonly logger: Logger;
}

/** What the client of a tenant reports, counts and asks for around its requests. */
export function createClientOptions({
  store,
  keeper,
  meter,
  logger,
}: Parts): (tenant: LimitedTenant) => CxoneClientOptions {
  const [observe, countLimits] = [requestMetrics(meter), limiterMetrics(meter)];
  return ({ tenant, limits }) => ({
    onRequest: observe(tenant),
    keepAnswer: keeper.forTenant(tenant),
    credentialsGeneration: () =>
      store.signIns.count(tenant).catch((error: unknown) => {
        logger.warn({ err: error, tenant }, 'could not check whether credentials were renewed');
        return null;
      }),
    limiter: createRequestLimiter({
      tenant,
      limits,
      quotas: store.quotas,
      onEvent: countLimits(tenant),
      onError: (error) => logger.warn({ err: error, tenant }, 'a 429 could not be noted'),
    }),
  });
}
