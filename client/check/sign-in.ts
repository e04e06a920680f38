import {
  createCxoneClient,
  type CxoneClient,
  type CxoneConnection,
  CxoneError,
  type SignInStep,
} from '../../cxone';
import type { Check, Finding } from './check';
import { failed } from './refusal';

/** What signing in showed, step by step. */
type Steps = Readonly<Record<SignInStep['step'], Finding>> &
  Readonly<Record<'application' | 'access-key', Finding>>;

/** A client, with the sign-in steps that it has completed. */
export interface SigningIn {
  readonly client: CxoneClient;
  /** The steps that succeeded so far. */
  readonly steps: ReadonlyMap<SignInStep['step'], SignInStep>;
}

const notReached: Finding = { status: 'unknown', code: 'NotReached', message: 'Not reached.' };

/**
 * Discovery, application, access key, token and tenant: one sign-in, reported as five findings. It asks for a token once;
 * a second time, with the other way of client authentication, only when CXone refused the application.
 */
export function signInChecks(connection: CxoneConnection, { client, steps }: SigningIn): readonly Check[] {
  let asked: Promise<Steps> | null = null;
  const signIn = (): Promise<Steps> => (asked ??= signInOnce(connection, client, steps));
  const check = (name: keyof Steps, ...needs: readonly string[]): Check => ({
    name,
    needs,
    run: async () => (await signIn())[name],
  });
  return [
    check('discovery'),
    check('application', 'discovery'),
    check('access-key', 'application'),
    check('token', 'access-key'),
    check('tenant', 'token'),
  ];
}

async function signInOnce(
  connection: CxoneConnection,
  client: CxoneClient,
  steps: SigningIn['steps'],
): Promise<Steps> {
  const error = await errorOf(client.authenticate());
  const host = new URL(connection.issuer).host;
  const found = {
    discovery: ok(`${host} answers as a CXone issuer.`),
    application: ok(`CXone knows the application (${connection.clientAuthentication}).`),
    'access-key': ok('CXone accepts the access key.'),
    token: ok(tokenMessage(steps.get('token'))),
    tenant: ok(tenantMessage(steps.get('tenant'))),
  };
  if (error === null) return found;
  if (!steps.has('discovery')) return after('discovery', failed(error), found);
  if (steps.has('token')) return after('tenant', failed(error), found);
  if (error.code === 'InvalidAccessKey')
    return after('access-key', accessKeyRefused(connection, error), found);
  // A token that came but does not say whose it is: both halves of the credentials were right.
  if (error.code === 'UnexpectedShape' && error.status === undefined)
    return after('token', failed(error), found);
  const refused =
    error.code === 'InvalidClient'
      ? await applicationRefused(connection, error)
      : failed(
          error,
          error.code === 'TokenRefused' ? `${encodedAdvice(connection)}${error.remedy}` : undefined,
        );
  return after('application', refused, found);
}

/** The steps before the one that failed are in order, those after it were not reached. */
function after(step: keyof Steps, finding: Finding, found: Steps): Steps {
  const names = Object.keys(found) as (keyof Steps)[];
  const at = names.indexOf(step);
  const findings = names.map((name, index) => [
    name,
    index < at ? found[name] : index === at ? finding : notReached,
  ]);
  return Object.fromEntries(findings) as Steps;
}

/**
 * CXone says the same of a wrong secret, an application that is not approved and the wrong way to authenticate
 * (contract §1.8). Only the last can be distinguished, by trying the other way: one more token request, no other.
 */
async function applicationRefused(connection: CxoneConnection, error: CxoneError): Promise<Finding> {
  const other =
    connection.clientAuthentication === 'client_secret_post' ? 'client_secret_basic' : 'client_secret_post';
  const client = createCxoneClient({ ...connection, clientAuthentication: other });
  const second = await errorOf(client.authenticate()).finally(() => client.close());
  // Whatever came after the application was let in does not matter here.
  if (second === null || second.code === 'InvalidAccessKey' || second.code === 'TenantUnknown') {
    return {
      status: 'failed',
      code: 'WrongClientAuthentication',
      message: `CXone refuses the application by ${connection.clientAuthentication} and lets it in by ${other}.`,
      remedy: `The application is registered for ${other}: set "clientAuthentication": "${other}" in the tenants file.`,
    };
  }
  const { code, remedy } = error;
  const message = `${error.message.replace(/[.:]?$/, '.')} By ${other} it is no different.`;
  return failed(
    { code, message, remedy },
    encodedAdvice(connection, ['clientSecret']) +
      'CXone does not say which of these it is. 1. clientId or clientSecret in the tenants file differs from NICE’s ' +
      'e-mail: copy both again, whole. 2. NICE has not approved the registration yet (2 to 3 business days), or ' +
      'withdrew it: ask NICE. 3. The application belongs to another environment: compare issuer with what the ' +
      'customer says (commercial, FedRAMP, sovereign AU or EU).',
  );
}

function accessKeyRefused(connection: CxoneConnection, error: CxoneError): Finding {
  return failed(
    error,
    encodedAdvice(connection, ['accessKeyId', 'accessKeySecret']) +
      'In CXone: Admin > Employees > the service user > Security > Access Keys: the key with the accessKeyId of the ' +
      'tenants file must be there and active; General: the user must be active and not locked. If both are so, the ' +
      'secret is wrong (it ends in "====", which belongs to it, and is shown only once): generate a new key and put ' +
      'both halves into the tenants file.',
  );
}

/**
 * Secrets have been handed over percent-encoded (contract §11.13). Said first: it is the quickest to try. A secret may
 * hold such a sequence as it is, so nothing is decoded for the user, and nothing of the secret is shown.
 */
function encodedAdvice(
  connection: CxoneConnection,
  members: readonly ('clientSecret' | 'accessKeyId' | 'accessKeySecret')[] = [
    'clientSecret',
    'accessKeySecret',
  ],
): string {
  const suspects = members.filter((name) => /%(?:2F|2B|3D)/i.test(connection[name] ?? ''));
  if (suspects.length === 0) return '';
  return (
    `Try this first: ${suspects.join(' and ')} in the tenants file ${suspects.length === 1 ? 'looks' : 'look'} ` +
    'percent-encoded: with %2F for "/", %2B for "+" or %3D for "=". If it was copied from an address or a program’s ' +
    'settings, write the plain characters and check again. Otherwise: '
  );
}

function tokenMessage(step: SignInStep | undefined): string {
  if (step?.step !== 'token') return 'The token names its tenant.';
  return `The token is for tenant ${step.tenantId}${step.area === undefined ? '' : `, area ${step.area}`}.`;
}

function tenantMessage(step: SignInStep | undefined): string {
  if (step?.step !== 'tenant') return 'The issuer knows the tenant.';
  return `The APIs answer at ${new URL(step.apiEndpoint).host}${step.area === undefined ? '' : `, area ${step.area}`}.`;
}

function ok(message: string): Finding {
  return { status: 'ok', message };
}

async function errorOf(work: Promise<unknown>): Promise<CxoneError | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof CxoneError) return error;
    throw error;
  }
}
