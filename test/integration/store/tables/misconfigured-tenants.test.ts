import { postgresServers } from '../../../setup/servers';
import { openStand, type Stand } from '../stand';

describe.each(postgresServers())('tenants whose entry is not in order, on $label', (server) => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await openStand(server);
  });
  afterEach(() => stand.empty());
  afterAll(() => stand?.close());

  it('are noted by each worker for the tenants of its own file, and forgotten once they are in order', async () => {
    const { misconfigured } = stand.store;
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
