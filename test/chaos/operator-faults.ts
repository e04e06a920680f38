import type { FaultName, FaultRule } from '../../simulator';
import { type Area, type CredentialChange, type Draw, operatorCodes, survived } from './drawn-fault';

/** What only an operator can fix: the window fails with the code that names it, at once and without many requests. */

const always = (name: FaultName, family: Area, more: Partial<FaultRule> = {}): FaultRule => ({
  name,
  match: { family },
  ...more,
});

const forbidden: Readonly<Partial<Record<Area, readonly string[]>>> = {
  discovery: operatorCodes.wrongIssuer,
  auth: operatorCodes.tokenRefused,
  contacts: operatorCodes.contactsForbidden,
  agents: operatorCodes.agentsForbidden,
  media: operatorCodes.mediaForbidden,
};

const badCredentials: Readonly<Record<CredentialChange, readonly string[]>> = {
  clientSecret: operatorCodes.wrongSecret,
  clientId: operatorCodes.wrongSecret,
  clientAuthentication: operatorCodes.wrongMethod,
  accessKeySecret: operatorCodes.wrongKey,
  accessKeyId: operatorCodes.wrongKey,
};

const contactStatus: Readonly<Record<number, readonly string[]>> = {
  400: ['BadRequest'],
  404: ['NotFound'],
  409: ['BadRequest'],
  410: ['NotFound'],
};

/** Draws by the switch they use; several ways to use one switch are several entries. */
export const operatorDraws: readonly (readonly [FaultName | 'credentials', Draw])[] = [
  [
    'forbidden',
    (dice) => {
      const area = dice.pick([
        'discovery',
        'auth',
        'contacts',
        'contacts',
        'agents',
        'media',
        'media',
      ] as const);
      return {
        rules: [always('forbidden', area)],
        outcome: { kind: 'fails', area, codes: forbidden[area] ?? [] },
      };
    },
  ],
  [
    'unauthorized',
    (dice) => {
      const area = dice.pick(['contacts', 'agents', 'media'] as const);
      return {
        rules: [always('unauthorized', area)],
        outcome: { kind: 'fails', area, codes: operatorCodes.refusedToken },
      };
    },
  ],
  [
    'unauthorized',
    (dice) => ({
      rules: [
        always('unauthorized', dice.pick(['contacts', 'agents', 'media'] as const), {
          onCall: dice.between(1, 6),
        }),
      ],
      outcome: survived,
    }),
  ],
  [
    'revokeTokens',
    (dice) => ({
      rules: [
        always('revokeTokens', dice.pick(['contacts', 'agents', 'media'] as const), {
          onCall: dice.between(1, 6),
        }),
      ],
      outcome: survived,
    }),
  ],
  [
    'keyDeactivated',
    (dice) => {
      const fails = { kind: 'fails', area: 'auth', codes: operatorCodes.wrongKey } as const;
      if (dice.chance(0.5)) return { rules: [always('keyDeactivated', 'auth')], outcome: fails };
      // Deactivated while the window is read, and the current token is refused.
      return {
        rules: [
          always('unauthorized', 'contacts', { onCall: 2 }),
          always('keyDeactivated', 'auth', { onCall: [2, 3, 4, 5, 6] }),
        ],
        outcome: fails,
      };
    },
  ],
  [
    'keyRevoked',
    () => ({
      rules: [{ name: 'keyRevoked' }],
      outcome: { kind: 'fails', area: 'auth', codes: operatorCodes.wrongKey },
    }),
  ],
  [
    'gzipBomb',
    () => ({
      // Too large at every page size.
      rules: [always('gzipBomb', 'contacts', { args: { bytes: 40_000_000 } })],
      outcome: { kind: 'fails', area: 'contacts', codes: ['ResponseTooLarge'] },
    }),
  ],
  [
    'unapprovedApplication',
    () => ({
      rules: [always('unapprovedApplication', 'auth')],
      outcome: { kind: 'fails', area: 'auth', codes: operatorCodes.wrongSecret },
    }),
  ],
  [
    'tenantUnknown',
    () => ({
      rules: [{ name: 'tenantUnknown' }],
      outcome: { kind: 'fails', area: 'discovery', codes: operatorCodes.wrongEnvironment },
    }),
  ],
  [
    'credentials',
    (dice) => {
      const credentials = dice.pick(Object.keys(badCredentials) as CredentialChange[]);
      return {
        rules: [],
        credentials,
        outcome: { kind: 'fails', area: 'auth', codes: badCredentials[credentials] },
      };
    },
  ],
  [
    'redirect',
    (dice, patience) => {
      const area = dice.pick(['discovery', 'auth', 'contacts', 'agents'] as const);
      const location = dice.chance(0.5) ? { location: 'https://elsewhere.invalid/' } : {};
      const rule = always('redirect', area, { args: { status: dice.pick([301, 302, 307]), ...location } });
      const fails = { kind: 'fails', area } as const;
      if (area === 'discovery' || area === 'auth')
        return { rules: [rule], outcome: { ...fails, codes: operatorCodes.unknownAnswer } };
      // No setting points to an API, so this may pass.
      if (patience) return { rules: [rule], outcome: { ...fails, codes: ['CxoneUnavailable'] } };
      return { rules: [{ ...rule, times: 3 }], outcome: survived };
    },
  ],
  [
    'status',
    (dice) => {
      const status = Number(dice.pick(Object.keys(contactStatus)));
      return {
        rules: [always('status', 'contacts', { onCall: dice.between(1, 2), args: { status } })],
        outcome: { kind: 'fails', area: 'contacts', codes: contactStatus[status] ?? [] },
      };
    },
  ],
];
