/** Where the simulated CXone stands, and what it lets in. */
interface Access {
  readonly address: string;
  readonly credentials: Readonly<
    Record<'clientId' | 'clientSecret' | 'accessKeyId' | 'accessKeySecret', string>
  >;
}

/** A token of the simulated CXone, got as plainly as can be: for loops that are to have nothing of ours in them. */
export async function tokenOf({ address, credentials }: Access): Promise<string> {
  const response = await fetch(`${address}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      username: credentials.accessKeyId,
      password: credentials.accessKeySecret,
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
    }),
  });
  return ((await response.json()) as { readonly access_token: string }).access_token;
}
