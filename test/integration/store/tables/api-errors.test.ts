import type { ApiError } from '../../../../store';
import { postgresServers } from '../../../setup/servers';
import { openTestEnvironment, type TestEnvironment } from '../test-environment';

const error = (n: number, change: Partial<ApiError> = {}): ApiError => ({
  errorId: `id-${n}`,
  tenant: 'acme',
  family: 'contacts',
  status: 400,
  code: 'BadRequest',
  correlationId: null,
  answer: 'Jane Roe\u0000',
  ...change,
});

describe.each(postgresServers())('answers that became errors, on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment?.close());

  it('are found by their id, and listed without what they say, the newest first', async () => {
    const { apiErrors } = environment.store;
    expect(await apiErrors.keep(error(1, { correlationId: 'c-1' }))).toBe(true);
    await apiErrors.keep(error(2, { tenant: 'bravo' }));
    await apiErrors.keep(error(3, { code: 'NotFound', status: 404 }));
    expect(await apiErrors.find('id-1')).toEqual({
      ...error(1, { correlationId: 'c-1', answer: 'Jane Roe\ufffd' }),
      at: expect.any(Date),
    });
    expect(await apiErrors.find('id-4')).toBeNull();
    const all = await apiErrors.list({}, 2);
    expect(all.total).toBe(3);
    expect(all.errors.map(({ errorId }) => errorId)).toEqual(['id-3', 'id-2']);
    expect(JSON.stringify(all)).not.toContain('Jane');
    expect(all.errors[0]).toMatchObject({ code: 'NotFound', status: 404, answerLength: 9 });
    expect((await apiErrors.list({ tenant: 'acme', code: 'BadRequest' }, 9)).errors).toHaveLength(1);
  });

  it('are kept 200 times a day for a tenant and code, so that no outage fills the table', async () => {
    const { apiErrors } = environment.store;
    const kept: boolean[] = [];
    for (let n = 0; n < 205; n += 1) kept.push(await apiErrors.keep(error(n)));
    expect(kept.filter(Boolean)).toHaveLength(200);
    expect(await apiErrors.keep(error(301, { code: 'NotFound' }))).toBe(true);
    expect(await apiErrors.keep(error(302, { tenant: 'bravo' }))).toBe(true);
    await environment.query("update cxone.api_error set at = at - interval '25 hours'");
    expect(await apiErrors.keep(error(303))).toBe(true);
  });

  it('go by age', async () => {
    const { apiErrors } = environment.store;
    await apiErrors.keep(error(1));
    await apiErrors.keep(error(2));
    await environment.query(
      "update cxone.api_error set at = now() - interval '31 days' where error_id = 'id-1'",
    );
    expect(await apiErrors.prune(new Date(Date.now() - 30 * 86_400_000))).toBe(1);
    expect(await apiErrors.find('id-1')).toBeNull();
    expect(await apiErrors.find('id-2')).not.toBeNull();
  });
});
