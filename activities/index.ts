import { type AgentDependencies, createAgentActivities } from './agents';
import { type AuthenticationDependencies, createAuthenticationActivities } from './authentication';
import { type ContactDependencies, createContactActivities } from './contacts';
import { createLookupActivities, type LookupDependencies } from './lookups';
import { createLiveActivities, type LiveDependencies } from './live/live';
import { type BackfillDependencies, createBackfillActivities } from './backfill';
import { createExtractionActivities, type ExtractionDependencies } from './extraction/extraction';
import { createDoublesActivities } from './doubles';
import { createRecordingActivities, type RecordingDependencies } from './recordings/recordings';
import { createWindowActivities, type WindowDependencies } from './windows';

export type ActivityDependencies = AuthenticationDependencies &
  WindowDependencies &
  ContactDependencies &
  AgentDependencies &
  LookupDependencies &
  LiveDependencies &
  RecordingDependencies &
  ExtractionDependencies &
  BackfillDependencies;

/** Every activity by the name it has in Temporal. Which task queue serves which is said in workers/queues.ts. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    ...createAuthenticationActivities(dependencies),
    ...createWindowActivities(dependencies),
    ...createContactActivities(dependencies),
    ...createAgentActivities(dependencies),
    ...createLookupActivities(dependencies),
    ...createLiveActivities(dependencies),
    ...createRecordingActivities(dependencies),
    ...createBackfillActivities(dependencies),
    ...createDoublesActivities(dependencies),
    ...createExtractionActivities(dependencies),
  };
}

export type Activities = ReturnType<typeof createActivities>;

export { createRetryBudgetInterceptor } from './interceptors/retry-budget';
export { isUnderWay, type RunState } from './backfill';
export { type AnswerKeeper, createAnswerKeeper } from './answer-keeper';
export { weightOf } from './batch';
export { createPageMemory } from './page-memory';
export { createRequestLimiter, type LimiterEvent } from './request-limiter';
export { type Tenant, tenantDirectory, type TenantTuning } from './tenants';
