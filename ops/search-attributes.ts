import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { setTimeout as delay } from 'node:timers/promises';

/** The kinds of search attribute we use, and their numbers in Temporal's API (`IndexedValueType`). */
const indexedValueType = { Keyword: 2, Int: 3, Datetime: 6 } as const;

export interface SearchAttribute {
  readonly name: string;
  readonly type: keyof typeof indexedValueType;
}

/**
 * What runs can be found by in Web UI and `temporal workflow list`. PostgreSQL visibility allows ten of type Keyword
 * and three of each other type per namespace.
 */
export const searchAttributes: readonly SearchAttribute[] = [
  { name: 'CxoneTenant', type: 'Keyword' },
  { name: 'CxoneStatus', type: 'Keyword' },
  { name: 'CxoneTrigger', type: 'Keyword' },
  { name: 'CxoneErrorType', type: 'Keyword' },
  { name: 'CxoneBackfillId', type: 'Keyword' },
  { name: 'CxoneWindowStart', type: 'Datetime' },
  { name: 'CxoneWindowEnd', type: 'Datetime' },
  { name: 'CxoneContacts', type: 'Int' },
  { name: 'CxoneRecordings', type: 'Int' },
  { name: 'CxoneRejected', type: 'Int' },
];

/** The part of a connection that set-up needs; a worker's `NativeConnection` has it as well. */
export type TemporalServices = Pick<Connection, 'workflowService' | 'operatorService'>;

const grpcAlreadyExists = 6;
const grpcNotFound = 5;
const grpcInvalidArgument = 3;
const dayMs = 86_400_000;
const usableWithinMs = 60_000;

/**
 * Registers `namespace` unless it is there, keeping closed runs for `retentionDays` (30 by default; an existing
 * namespace is left as it is), and returns when the server answers for it.
 * @throws the gRPC error when the server refuses, or Error when it is not usable within a minute.
 */
export async function ensureNamespace(
  connection: TemporalServices,
  namespace: string,
  { retentionDays = 30 }: { readonly retentionDays?: number } = {},
): Promise<void> {
  const { workflowService } = connection;
  if (await succeeds(() => workflowService.describeNamespace({ namespace }), grpcNotFound)) return;
  await succeeds(
    () =>
      workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msNumberToTs(retentionDays * dayMs),
      }),
    grpcAlreadyExists,
  );
  await eventually(`namespace ${namespace}`, () =>
    succeeds(() => workflowService.countWorkflowExecutions({ namespace, query: '' }), grpcNotFound),
  );
}

/**
 * Creates those of `wanted` that `namespace` lacks and returns when they can be used: servers learn of them from
 * their database, production ones with a delay of seconds.
 * @throws Error when an attribute of that name exists with another type, or is not usable within a minute; the gRPC
 * error when the server refuses (Temporal Cloud has no such API: create them there by hand).
 */
export async function ensureSearchAttributes(
  connection: TemporalServices,
  namespace: string,
  wanted: readonly SearchAttribute[] = searchAttributes,
): Promise<void> {
  const { operatorService, workflowService } = connection;
  const existing = (await operatorService.listSearchAttributes({ namespace })).customAttributes;
  const missing = wanted.filter(({ name }) => existing[name] === undefined);
  for (const { name, type } of wanted) {
    const found: number | undefined = existing[name];
    if (found !== undefined && found !== indexedValueType[type]) {
      throw new Error(
        `Search attribute ${name} of namespace ${namespace} is not of type ${type}: ` +
          `remove it (temporal operator search-attribute remove --name ${name}) and start again`,
      );
    }
  }
  if (missing.length > 0) {
    const types = Object.fromEntries(missing.map(({ name, type }) => [name, indexedValueType[type]]));
    // Another process may create them at the same moment; whether all are there shows below.
    await succeeds(
      () => operatorService.addSearchAttributes({ namespace, searchAttributes: types }),
      grpcAlreadyExists,
    );
  }
  // A query that names them all fails until the server that answers knows them all.
  const query = wanted.map(({ name }) => `${name} IS NULL`).join(' AND ');
  await eventually(`the search attributes of namespace ${namespace}`, () =>
    succeeds(() => workflowService.countWorkflowExecutions({ namespace, query }), grpcInvalidArgument),
  );
}

/** True when `call` succeeds, false when it fails with the gRPC status `expected`; throws any other failure. */
async function succeeds(call: () => Promise<unknown>, expected: number): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    const status: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (status === expected) return false;
    throw error;
  }
}

async function eventually(what: string, attempt: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + usableWithinMs;
  while (!(await attempt())) {
    if (Date.now() > deadline) {
      throw new Error(`${what} could not be used within ${usableWithinMs / 1000} s of being created`);
    }
    await delay(100);
  }
}
