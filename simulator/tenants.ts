import { BadParameter } from './http/bad-parameter';
import { readCaller } from './auth/read-credentials';
import type { Received } from './http/exchange';
import type { FaultRule } from './faults/fault-rules';
import type { Tenant } from './tenant';

/** All tenants of a simulator: the first one is meant where a request names none. */
export type Tenants = ReturnType<typeof createTenants>;

/** @throws RangeError when there are none */
export function createTenants(all: readonly Tenant[]) {
  const [first] = all;
  if (first === undefined) throw new RangeError('a simulator has at least one tenant');
  const named = (name: string | undefined): Tenant | undefined =>
    name === undefined ? first : all.find((tenant) => tenant.name === name);
  return {
    all,
    first,
    /** The tenant with that name, or the first one. */
    named,

    /**
     * The tenant that a request concerns: by application or access key at the token endpoint, by id in discovery, by
     * token at the APIs (expired ones as well) and by the address of a file. `undefined` when it is none of ours.
     */
    of(received: Received): Tenant | undefined {
      const { family, headers, parameters, path } = received;
      if (path.startsWith('/simulator/')) return named(parameters.get('tenant'));
      if (family === 'auth') {
        const { clientId, accessKeyId, refreshToken } = readCaller(received);
        const owner = all.find(({ credentials }) => credentials.clientId === clientId);
        return (
          owner ??
          all.find(({ credentials }) => credentials.accessKeyId === accessKeyId) ??
          all.find(({ tokens }) => tokens.knows(refreshToken))
        );
      }
      if (family === 'discovery') {
        const tenantId = parameters.get('tenantId')?.toLowerCase();
        return all.find(({ credentials }) => credentials.tenantId === tenantId);
      }
      if (family === 'file') {
        return all.find(({ credentials }) => path.includes(`/${credentials.tenantId}/`));
      }
      return all.find(({ tokens }) => tokens.isOurs(headers.authorization));
    },

    /**
     * Applies the rules that are a property of the data.
     * @throws BadParameter when a rule names a tenant that is not here
     */
    apply(rules: readonly FaultRule[]): void {
      for (const [place, { match }] of rules.entries()) {
        if (named(match?.tenant) !== undefined) continue;
        throw new BadParameter(`fault rule ${place} names the tenant "${match?.tenant}", which is not here`);
      }
      for (const { name, badRecords } of all) {
        const isMeant = ({ match }: FaultRule): boolean => (match?.tenant ?? name) === name;
        const rule = rules.find((one) => one.name === 'badRecords' && isMeant(one));
        badRecords.use(rule?.args?.kinds ?? [], rule?.args?.every ?? 100);
      }
    },
  };
}
