import { Client, Connection } from '@temporalio/client';
import {
  ensureNamespace,
  ensureSearchAttributes,
  type SearchAttribute,
  searchAttributes,
} from '../../../ops/search-attributes';
import { createNamespace, type TestNamespace } from '../../setup/servers';

let place: TestNamespace;
let connection: Connection;

beforeAll(async () => {
  place = await createNamespace();
  connection = await Connection.connect({ address: place.address });
});

afterAll(() => connection.close());

async function registered(): Promise<Record<string, unknown>> {
  const answer = await connection.operatorService.listSearchAttributes({ namespace: place.namespace });
  return answer.customAttributes;
}

describe('a namespace', () => {
  test('is registered, with its retention, and can be used at once', async () => {
    const namespace = `${place.namespace}-new`;
    await ensureNamespace(connection, namespace, { retentionDays: 7 });
    const found = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(found.config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * 86_400);
    const client = new Client({ connection, namespace });
    await client.workflow.start('anything', { taskQueue: 'no-workers', workflowId: 'at-once' });
  });

  test('that is there already is left as it is', async () => {
    await ensureNamespace(connection, place.namespace, { retentionDays: 90 });
    const { namespace } = place;
    const found = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(found.config?.workflowExecutionRetentionTtl?.seconds)).toBe(86_400);
  });

  test('may be registered by two processes at once', async () => {
    const namespace = `${place.namespace}-twice`;
    await Promise.all([ensureNamespace(connection, namespace), ensureNamespace(connection, namespace)]);
    expect((await connection.workflowService.describeNamespace({ namespace })).namespaceInfo?.name).toBe(
      namespace,
    );
  });
});

describe('search attributes', () => {
  test('are all there, and stay within what PostgreSQL visibility allows', async () => {
    expect(Object.keys(await registered())).toEqual(
      expect.arrayContaining(searchAttributes.map(({ name }) => name)),
    );
    const ofType = (type: SearchAttribute['type']): number =>
      searchAttributes.filter((attribute) => attribute.type === type).length;
    expect(ofType('Keyword')).toBeLessThanOrEqual(10);
    expect(ofType('Datetime')).toBeLessThanOrEqual(3);
    expect(ofType('Int')).toBeLessThanOrEqual(3);
  });

  test('can be set and searched by', async () => {
    const client = new Client({ connection, namespace: place.namespace });
    await client.workflow.start('anything', {
      taskQueue: 'no-workers',
      workflowId: 'attributed',
      searchAttributes: {
        CxoneTenant: ['acme'],
        CxoneWindowStart: [new Date('2026-01-01T00:00:00Z')],
        CxoneContacts: [12],
      },
    });
    const { searchAttributes: stored } = await client.workflow.getHandle('attributed').describe();
    expect(stored).toMatchObject({
      CxoneTenant: ['acme'],
      CxoneWindowStart: [new Date('2026-01-01T00:00:00Z')],
      CxoneContacts: [12],
    });
  });

  test('may be asked for again, also by two processes at once', async () => {
    const before = await registered();
    const ensure = (): Promise<void> => ensureSearchAttributes(connection, place.namespace);
    await Promise.all([ensure(), ensure()]);
    expect(await registered()).toEqual(before);
  });

  test('that exist with another type are refused by name', async () => {
    const wrong = [{ name: 'CxoneTenant', type: 'Int' }] as const;
    await expect(ensureSearchAttributes(connection, place.namespace, wrong)).rejects.toThrow(
      /CxoneTenant .* is not of type Int: remove it/,
    );
  });

  test('of a namespace that does not exist are refused', async () => {
    await expect(ensureSearchAttributes(connection, 'no-such-namespace')).rejects.toThrow(/not found/i);
  });
});
