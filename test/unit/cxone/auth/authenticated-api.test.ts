import { CxoneError } from '../../../../cxone';
import type { ApiQuery } from '../../../../cxone/api';
import type { HttpAnswer, HttpRequest } from '../../../../cxone/http/exchange';
import { createHostPolicy } from '../../../../cxone/http/host-policy';
import { authenticatedApi } from '../../../../cxone/auth/authenticated-api';
import type { Grant, Session } from '../../../../cxone/auth/session';
import { answer, plainNames } from '../interceptors/stubs';

const grantOf = (name: string, apiEndpoint = 'https://api.example.com'): Grant => ({
  accessToken: name,
  apiEndpoint,
  expiresAt: 0,
  renewAt: 0,
  credentialsGeneration: 0,
});
const query: ApiQuery = { family: 'agents', path: '/agents', parameters: { top: 1 }, accept: [404] };
const policy = createHostPolicy({ mediaHosts: [], allowInsecureHosts: [] }, plainNames);
const session = (fresh = grantOf('new'), stale = false): Session => ({
  getToken: async () => grantOf('old'),
  refresh: async (refused) => (refused.accessToken === 'old' ? fresh : refused),
  isStale: async () => stale,
  invalidate: () => undefined,
});
const unauthorized = new CxoneError('Unauthorized', 'No.');

it('adds token and address to a query', async () => {
  const next = jest.fn<Promise<HttpAnswer>, [HttpRequest]>(async () => answer(200));
  await authenticatedApi(session(), policy)(next).get(query);
  expect(next.mock.calls[0]?.[0]).toMatchObject({
    family: 'agents',
    method: 'GET',
    url: new URL('https://api.example.com/agents?top=1'),
    headers: { Authorization: 'Bearer old', Accept: 'application/json' },
    accept: [404],
  });
});

it('repeats once with the new token, at the address that came with it', async () => {
  const moved = grantOf('new', 'https://api-elsewhere.example.com/base');
  const next = jest
    .fn<Promise<HttpAnswer>, [HttpRequest]>(async () => answer(200))
    .mockRejectedValueOnce(unauthorized);
  await expect(authenticatedApi(session(moved), policy)(next).get(query)).resolves.toMatchObject({
    status: 200,
  });
  expect(next.mock.calls.map(([sent]) => sent)).toMatchObject([
    { headers: { Authorization: 'Bearer old' } },
    {
      headers: { Authorization: 'Bearer new' },
      url: new URL('https://api-elsewhere.example.com/base/agents?top=1'),
    },
  ]);
});

it('gives up after the second 401', async () => {
  const next = jest.fn(async () => Promise.reject(unauthorized));
  await expect(authenticatedApi(session(), policy)(next).get(query)).rejects.toBe(unauthorized);
  expect(next).toHaveBeenCalledTimes(2);
});

it('repeats a 403 once when credentials were renewed since the token was issued', async () => {
  const forbidden = new CxoneError('AgentsForbidden', 'No.');
  const next = jest
    .fn<Promise<HttpAnswer>, [HttpRequest]>(async () => answer(200))
    .mockRejectedValueOnce(forbidden);
  await expect(
    authenticatedApi(session(grantOf('new'), true), policy)(next).get(query),
  ).resolves.toMatchObject({
    status: 200,
  });
  expect(next.mock.calls.map(([sent]) => sent.headers?.['Authorization'])).toEqual([
    'Bearer old',
    'Bearer new',
  ]);
  const refused = jest.fn(async () => Promise.reject(forbidden));
  await expect(authenticatedApi(session(grantOf('new'), true), policy)(refused).get(query)).rejects.toBe(
    forbidden,
  );
  expect(refused).toHaveBeenCalledTimes(2);
});

it('repeats a 403 that its caller judges by itself as well, also of a post, which has begun nothing', async () => {
  const judged: ApiQuery = { ...query, accept: [403], body: {} };
  const answers = (...statuses: readonly number[]) => {
    const left = [...statuses];
    return jest.fn<Promise<HttpAnswer>, [HttpRequest]>(async () => answer(left.shift() ?? 500));
  };
  const stale = session(grantOf('new'), true);
  const recovered = answers(403, 202);
  expect((await authenticatedApi(stale, policy)(recovered).post(judged)).status).toBe(202);
  expect(recovered.mock.calls.map(([sent]) => sent.headers?.['Authorization'])).toEqual([
    'Bearer old',
    'Bearer new',
  ]);
  const stillRefused = answers(403, 403, 202);
  expect((await authenticatedApi(stale, policy)(stillRefused).post(judged)).status).toBe(403);
  const noNewCredentials = answers(403, 202);
  expect((await authenticatedApi(session(), policy)(noNewCredentials).post(judged)).status).toBe(403);
  expect(noNewCredentials).toHaveBeenCalledTimes(1);
  const made = answers(202, 500);
  expect((await authenticatedApi(stale, policy)(made).post(judged)).status).toBe(202);
  expect(made).toHaveBeenCalledTimes(1);
});

it('repeats for no other error', async () => {
  for (const error of [new CxoneError('AgentsForbidden', 'No.'), new Error('else')]) {
    const next = jest.fn(async () => Promise.reject(error));
    await expect(authenticatedApi(session(), policy)(next).get(query)).rejects.toBe(error);
    expect(next).toHaveBeenCalledTimes(1);
  }
});

it('sends no token to an address that the rules refuse', async () => {
  const next = jest.fn();
  const lured: Session = { ...session(), getToken: async () => grantOf('old', 'http://10.0.0.7') };
  await expect(authenticatedApi(lured, policy)(next).get(query)).rejects.toMatchObject({
    code: 'HostRefused',
  });
  expect(next).not.toHaveBeenCalled();
});
