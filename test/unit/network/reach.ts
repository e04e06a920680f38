import { loadSettings, loadTenants } from '../../../config';
import { createCxoneClient, CxoneError } from '../../../cxone';

/** What the settings of one scenario reached; or the error as it is shown. */
export interface Reached {
  readonly contacts?: number;
  readonly recordings?: number;
  readonly bytes?: number;
  readonly problem?: { readonly code: string; readonly message: string; readonly remedy: string };
}

interface Scenario {
  readonly env: Readonly<Record<string, string>>;
  readonly from: string;
  readonly to: string;
  readonly calls: readonly string[];
}

/** Does what a worker does with CXone and its media host, once for each scenario, in a process of its own. */
async function reach({ env, from, to, calls }: Scenario): Promise<Reached> {
  const tenant = loadTenants(loadSettings(env, ['tenants']).tenants.file, env).tenants.get('acme');
  if (tenant === undefined) throw new Error('no tenant');
  const client = createCxoneClient(tenant, {
    connectTimeoutMs: 2_000,
    // Nothing but the proxy may resolve these names.
    resolve: (name, _options, callback) =>
      callback(Object.assign(new Error(`${name} was looked up here`), { code: 'ENOTFOUND' }), []),
  });
  try {
    const window = { from: new Date(from), to: new Date(to) };
    const page = await client.contactPage({ ...window, filter: {}, skip: 0, top: 1_000 });
    let [recordings, bytes] = [0, 0];
    for (const call of calls) {
      for (const { url } of (await client.interactions(call)) ?? []) {
        if (url === null) continue;
        recordings += 1;
        for await (const chunk of (await client.download(url)).body) bytes += chunk.length;
      }
    }
    return { contacts: page.records.length, recordings, bytes };
  } catch (error) {
    if (!(error instanceof CxoneError)) throw error;
    return { problem: { code: error.code, message: error.message, remedy: error.remedy } };
  } finally {
    client.close();
  }
}

async function main(): Promise<void> {
  const scenarios = JSON.parse(process.argv[2] ?? '[]') as readonly Scenario[];
  const answers: Reached[] = [];
  for (const scenario of scenarios) answers.push(await reach(scenario));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}

void main();
