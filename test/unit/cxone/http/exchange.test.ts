import { compose, type Interceptor } from '../../../../cxone/http/exchange';
import { answer, request } from '../interceptors/stubs';

it('puts the first interceptor outermost', async () => {
  const steps: string[] = [];
  const named =
    (name: string): Interceptor =>
    (next) =>
    async (given, signal) => {
      steps.push(`${name} before`);
      const got = await next(given, signal);
      steps.push(`${name} after`);
      return got;
    };
  const exchange = compose([named('a'), named('b')], async () => {
    steps.push('sent');
    return answer(200);
  });
  await exchange(request);
  expect(steps).toEqual(['a before', 'b before', 'sent', 'b after', 'a after']);
});

it('is the exchange itself without interceptors', () => {
  const exchange = async () => answer(200);
  expect(compose([], exchange)).toBe(exchange);
});
