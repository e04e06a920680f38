import type { RequestEvent } from '../../../../../cxone';
import { metrics } from '../../../../../cxone/http/interceptors/metrics';
import { answer, request } from '../../interceptors/stubs';

it('reports an answer with its status, and none with 0', async () => {
  const events: RequestEvent[] = [];
  const measured = metrics<Buffer>((event) => void events.push(event));
  const refused = answer(503);
  await expect(measured(async () => refused)(request)).resolves.toBe(refused);
  const broken = new Error('broken');
  await expect(measured(async () => Promise.reject(broken))(request)).rejects.toBe(broken);
  expect(events).toEqual([
    { family: 'contacts', status: 503, ms: expect.any(Number) },
    { family: 'contacts', status: 0, ms: expect.any(Number) },
  ]);
  expect(events.every(({ ms }) => ms >= 0)).toBe(true);
});

it('needs no listener', async () => {
  await expect(metrics<Buffer>(undefined)(async () => answer(200))(request)).resolves.toMatchObject({
    status: 200,
  });
});
