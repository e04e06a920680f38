import { BadParameter } from './http/bad-parameter';
import type { NamedTenantOptions } from './options';

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === 'number';
const isRecordOf =
  (...members: readonly string[]): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === members.length &&
    members.every((member) => isNumber((value as Readonly<Record<string, unknown>>)[member]));

const checks: Readonly<Record<keyof NamedTenantOptions, Check>> = {
  name: (value) => typeof value === 'string' && value !== '',
  seed: isNumber,
  contactsPerDay: isNumber,
  agents: isNumber,
  loggedShare: isNumber,
  recorder: (value) => value === 'legacy' || value === 'cxone',
  mediaQuota: (value) => value === 'off' || isRecordOf('requests', 'perSeconds')(value),
  tokenLifetimeSeconds: isNumber,
  urlLifetimeSeconds: isNumber,
  clientAuthentication: (value) => value === 'client_secret_post' || value === 'client_secret_basic',
  recordingDelaySeconds: isNumber,
  mediaBytes: isRecordOf('min', 'max'),
  extractionSpacingSeconds: isNumber,
  evaluatedShare: isNumber,
};

/**
 * Checks a list of tenants that comes from a file; bounds are checked when the simulator starts.
 * @throws BadParameter naming the tenant (0-based) and the member that is wrong
 */
export function readTenants(value: unknown): readonly NamedTenantOptions[] {
  if (!Array.isArray(value)) throw new BadParameter('tenants must be a JSON array');
  for (const [place, tenant] of (value as readonly unknown[]).entries()) {
    if (typeof tenant !== 'object' || tenant === null)
      throw new BadParameter(`tenant ${place} is not an object`);
    for (const [member, given] of Object.entries({ name: undefined, ...tenant })) {
      const check = Object.hasOwn(checks, member) ? checks[member as keyof NamedTenantOptions] : undefined;
      if (check === undefined) throw new BadParameter(`tenant ${place} has an unknown member "${member}"`);
      if (!check(given)) throw new BadParameter(`tenant ${place} has a ${member} that cannot be`);
    }
  }
  return value as readonly NamedTenantOptions[];
}
