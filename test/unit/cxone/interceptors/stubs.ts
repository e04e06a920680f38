import type { HttpAnswer, HttpRequest } from '../../../../cxone/http/exchange';
import type { HostNames } from '../../../../cxone/http/host-names';

export const request: HttpRequest = {
  family: 'contacts',
  method: 'GET',
  url: new URL('https://api.example.com/contacts'),
  headers: { Authorization: 'Bearer bearer-canary' },
};

export function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: unknown = '',
): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, header: (name) => headers[name.toLowerCase()], body: Buffer.from(text) };
}

/** Shows every host as it is. */
export const plainNames: HostNames = { shown: ({ host }) => host, keep: () => undefined };
