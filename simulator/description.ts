import type { Credentials } from './auth/credentials';

/** What is needed to connect to a running simulator: addresses and the first tenant's credentials. */
export interface Description extends Credentials {
  readonly address: string;
  readonly mediaAddress: string;
  readonly issuer: string;
  /** All tenants, where there are several. */
  readonly tenants?: readonly ({ readonly name: string } & Credentials)[];
}

/** What `describe` needs to know of a simulator. */
interface Describable {
  readonly address: string;
  readonly mediaAddress: string;
  readonly credentials: Credentials;
  readonly tenants: readonly { readonly name: string; readonly credentials: Credentials }[];
}

/** The description of a simulator, as one object to be printed as JSON. */
export function describe({ address, mediaAddress, credentials, tenants }: Describable): Description {
  return {
    address,
    mediaAddress,
    issuer: address,
    ...credentials,
    ...(tenants.length > 1 && {
      tenants: tenants.map((tenant) => ({ name: tenant.name, ...tenant.credentials })),
    }),
  };
}
