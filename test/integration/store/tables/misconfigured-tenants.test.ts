import { postgresServers } from '../../../setup/servers';
import { openTestEnvironment, type TestEnvironment } from '../test-environment';

describe.each(postgresServers())('tenants whose entry is not in order, on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment?.close());

  it('are noted by each worker for the tenants of its own file, and forgotten once they are in order', async () => {
    const { misconfigured } = environment.store;
    const seen = async () => (await misconfigured.list()).map(({ tenant, problems }) => [tenant, problems]);
    await misconfigured.note(
      new Map([
        ['bravo', ['one']],
        ['delta', ['two']],
      ]),
      ['acme'],
    );
    expect(await seen()).toEqual([
      ['bravo', ['one']],
      ['delta', ['two']],
    ]);
    // Another worker's file does not have delta.
    await misconfigured.note(new Map([['bravo', ['three', 'four']]]), ['acme']);
    expect(await seen()).toEqual([
      ['bravo', ['three', 'four']],
      ['delta', ['two']],
    ]);
    await misconfigured.note(new Map(), ['acme', 'bravo', 'delta']);
    expect(await seen()).toEqual([]);
  });
});
