import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { obtainTemporal } from '../../../local/temporal-cli';
import { ensureNamespace, ensureSearchAttributes, searchAttributes } from '../../../ops/search-attributes';

const script = join(__dirname, '..', '..', '..', 'ops', 'temporal', 'create-namespace.sh');
const address = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
const namespace = `ops-${randomBytes(6).toString('hex')}`;
let folder: string;
let connection: Connection;

/** Runs the script as the job of docker-compose.yml does: by a plain shell, with `temporal` on the PATH. */
async function createNamespace(env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)('/bin/sh', [script], {
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      HOME: folder,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      WAIT_SECONDS: '40',
      ...env,
    },
  });
  return stdout;
}

describe('ops/temporal/create-namespace.sh on a real server', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cxone-sync-ops-'));
    const { command } = await obtainTemporal({ log: () => {}, env: process.env });
    symlinkSync(command, join(folder, 'temporal'));
    connection = await Connection.connect({ address });
  });

  afterAll(async () => {
    await connection.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes the namespace with its retention, and all search attributes with their types', async () => {
    expect(await createNamespace()).toContain(`namespace ${namespace} is there`);
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
    const numbers = { Keyword: 2, Int: 3, Datetime: 6 } as const;
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    for (const { name, type } of searchAttributes) expect(customAttributes[name]).toBe(numbers[type]);
  });

  it('changes nothing when it runs again, not even the retention', async () => {
    const before = await connection.operatorService.listSearchAttributes({ namespace });
    await createNamespace({ TEMPORAL_RETENTION: '7d' });
    expect(await connection.operatorService.listSearchAttributes({ namespace })).toEqual(before);
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
  });

  it('leaves nothing to do for the set-up from TypeScript', async () => {
    await expect(ensureSearchAttributes(connection, namespace)).resolves.toBeUndefined();
  });

  it('leaves search attributes by which runs are found at once', async () => {
    const client = new Client({ connection, namespace });
    await client.workflow.start('syncWindow', {
      workflowId: 'found-by-its-attributes',
      taskQueue: 'no-workers',
      typedSearchAttributes: searchAttributes.map(({ name, type }) =>
        type === 'Keyword'
          ? { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value: 'acme' }
          : type === 'Int'
            ? { key: defineSearchAttributeKey(name, SearchAttributeType.INT), value: 7 }
            : {
                key: defineSearchAttributeKey(name, SearchAttributeType.DATETIME),
                value: new Date('2026-11-01T00:00:00Z'),
              },
      ),
    });
    // A range: SQLite, behind the dev server, compares moments as text of different spellings.
    const conditions = {
      Keyword: "= 'acme'",
      Int: '= 7',
      Datetime: "BETWEEN '2026-10-31T00:00:00Z' AND '2026-11-02T00:00:00Z'",
    } as const;
    const query = searchAttributes.map(({ name, type }) => `${name} ${conditions[type]}`).join(' AND ');
    const deadline = Date.now() + 20_000;
    let found = 0;
    while (found === 0 && Date.now() < deadline) found = (await client.workflow.count(query)).count;
    expect(found).toBe(1);
    await client.workflow.getHandle('found-by-its-attributes').terminate();
  });

  it('fails when an attribute is there with another type', async () => {
    const other = `${namespace}-other`;
    await ensureNamespace(connection, other, { retentionDays: 1 });
    await ensureSearchAttributes(connection, other, [{ name: 'CxoneTenant', type: 'Int' }]);
    await expect(createNamespace({ TEMPORAL_NAMESPACE: other })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CxoneTenant is of type Int and must be Keyword') as string,
    });
  });
});
