import { tenantDirectory } from '../../../activities/tenants';
import { fakeCxone, tuning } from './fakes';

const acme = { name: 'acme', cxone: fakeCxone({}), tuning };
const directory = tenantDirectory([acme], ['bravo']);
const failureOf = (name: string): unknown => {
  try {
    directory(name);
    return null;
  } catch (error) {
    return error;
  }
};

describe('the tenants of a worker', () => {
  it('are found by name', () => {
    expect(directory('acme')).toBe(acme);
  });

  it('fail with what a person can correct when their entry is not in order, beside others that are', () => {
    expect(failureOf('bravo')).toMatchObject({
      type: 'TenantMisconfigured',
      nonRetryable: true,
      message: expect.stringMatching(
        /"bravo".*not in order.*status --tenant bravo.*restart the workers, then resume/,
      ),
    });
  });

  it('are named, those not in order too, where one is unknown', () => {
    expect(failureOf('acne')).toMatchObject({
      type: 'UnknownTenant',
      message: expect.stringContaining('(known: acme, bravo)'),
    });
  });
});
