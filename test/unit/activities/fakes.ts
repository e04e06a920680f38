import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type TenantDirectory, tenantDirectory, type TenantTuning } from '../../../activities/tenants';
import type { CxoneClient } from '../../../cxone';
import type { Landing, PageKey, PageToLand, Store } from '../../../store';

export const tuning: TenantTuning = {
  pageSize: 1_000,
  pagesInFlight: 4,
  recordingsInFlight: 8,
  maxRereads: 3,
  parkedTimeoutHours: 168,
  maxContactsPerWindow: 200_000,
  maxRejectedShare: 0.2,
  agentRefreshHours: 24,
  lookupRefreshHours: 24,
  overlapMinutes: 30,
  lookBackDays: 30,
  rereadDays: 3,
  recordingGiveUpHours: 48,
  recordedCalls: 'all',
  recordingLookAfterMinutes: [5, 15, 60, 240, 720],
  recordedMediaTypeIds: [4, 5],
  recordings: true,
  extract: { interactionMetadataVersion: '7', evaluationsVersion: '4', secondsApart: 30 },
  skillIds: [],
  campaignIds: [],
  mediaTypeIds: [],
};

/** A store of the parts a test is about; using any other fails the test by its name. */
export function fakeStore(parts: { readonly [Family in keyof Store]?: Partial<Store[Family]> }): Store {
  const families = Object.entries(parts).map(([name, part]) => [
    name,
    typeof part === 'function' ? part : only<object>(`store.${name}`, part),
  ]);
  return only<Store>('store', Object.fromEntries(families) as Partial<Store>);
}

/** A CXone that answers what the test says. */
export function fakeCxone(calls: Partial<CxoneClient>): CxoneClient {
  return only('cxone', calls);
}

/** A directory with the one tenant `acme`. */
export function acme(calls: Partial<CxoneClient> = {}, changes: Partial<TenantTuning> = {}): TenantDirectory {
  return tenantDirectory([{ name: 'acme', cxone: fakeCxone(calls), tuning: { ...tuning, ...changes } }]);
}

function only<T extends object>(name: string, known: Partial<T>): T {
  return new Proxy(known as T, {
    get(target, key) {
      if (key in target) return Reflect.get(target, key) as unknown;
      throw new Error(`${name}.${String(key)} is not expected here`);
    },
  });
}

export interface MemoryLanding extends Landing {
  readonly pages: readonly PageToLand[];
}

/** Landed pages in memory, numbered from 1; the first under a key stays, as in the database. */
export function memoryLanding(): MemoryLanding {
  const pages: PageToLand[] = [];
  const keyOf = ({ windowId, attempt, round, kind, slice }: PageKey) =>
    [windowId, attempt, round, kind, slice].join('|');
  const indexOf = (key: PageKey) => pages.findIndex((page) => keyOf(page) === keyOf(key));
  return {
    pages,
    async land(page) {
      if (indexOf(page) < 0) pages.push(page);
      return { pageId: String(indexOf(page) + 1) };
    },
    async find(key) {
      const page = pages[indexOf(key)];
      if (!page) return null;
      const meta = JSON.parse(JSON.stringify(page.meta)) as Record<string, unknown>;
      return { pageId: String(indexOf(key) + 1), records: page.records, meta };
    },
    async pagesOf({ windowId, attempt, round, kind }) {
      const reading = [windowId, attempt, round, kind].join('|');
      return pages.flatMap((page, index) =>
        keyOf({ ...page, slice: '' }) === `${reading}|` ? [String(index + 1)] : [],
      );
    },
    async read(pageId) {
      const page = pages[Number(pageId) - 1];
      if (!page) throw new Error(`page ${pageId} was never landed`);
      return page.body;
    },
    async prune() {
      return 0;
    },
  };
}

/** Somewhere to run one activity; `info` as Temporal would give it. */
export function activityEnvironment(
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
  options: ConstructorParameters<typeof MockActivityEnvironment>[1] = {},
): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR'), ...options });
}

type Input<Activity> = Activity extends (input: infer Given) => unknown ? Given : never;
type Result<Activity> = Activity extends (input: never) => Promise<infer Answer> ? Answer : never;

/** Runs one activity, by its name, in an environment of its own. */
export async function run<Family extends object, Name extends keyof Family>(
  activities: Family,
  name: Name,
  input: Input<Family[Name]>,
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
): Promise<Result<Family[Name]>> {
  const activity = activities[name] as (given: Input<Family[Name]>) => Promise<Result<Family[Name]>>;
  return activityEnvironment(info).run(async () => activity(input));
}
