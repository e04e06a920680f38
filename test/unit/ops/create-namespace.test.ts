import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { searchAttributes } from '../../../ops/search-attributes';
import { textOf } from './compose-file';
import { createStage, type ScriptStage } from './shell-script';

const script = 'temporal/create-namespace.sh';

/** A `temporal` command over files: `namespace` and one for each search attribute, holding its type. */
const temporal = `
echo "$*" >> "$CALLS"
cd "$(dirname "$0")"
case "$*" in
  'operator cluster health')
    [ ! -e unwell ] || { mv unwell recovering; exit 1; }
    [ ! -e recovering ] || { rm recovering; exit 1; } ;;
  'operator namespace describe'*) [ -e namespace ] ;;
  'operator namespace create'*) touch namespace ;;
  'operator search-attribute list') for file in Cxone*; do [ ! -e "$file" ] || echo "  $file   $(cat "$file")  "; done ;;
  'operator search-attribute create'*) echo "$7" > "$5" ;;
  'workflow count'*) [ ! -e unusable ] || { rm unusable; exit 1; } ;;
  *) exit 64 ;;
esac`;

function stageWithTemporal(): ScriptStage {
  const stage = createStage();
  stage.fake('temporal', temporal);
  return stage;
}

describe('ops/temporal/create-namespace.sh', () => {
  it('has the list of ops/search-attributes.ts', () => {
    const listed = /attributes='([^']+)'/.exec(textOf('ops', script))?.[1];
    expect(listed?.split('\n')).toEqual(searchAttributes.map(({ name, type }) => `${name} ${type}`));
  });

  it('creates the namespace with 30 days of retention, and each search attribute in a call of its own', async () => {
    const { status, calls } = await stageWithTemporal().run(script);
    expect(status).toBe(0);
    expect(calls).toContain('operator namespace create --namespace cxone --retention 30d');
    expect(calls.filter((call) => call.includes('search-attribute create'))).toEqual(
      searchAttributes.map(
        ({ name, type }) => `operator search-attribute create --name ${name} --type ${type}`,
      ),
    );
  });

  it('creates nothing when it runs again', async () => {
    const stage = stageWithTemporal();
    const { calls: first } = await stage.run(script);
    const { status, calls } = await stage.run(script);
    expect(status).toBe(0);
    expect(calls.slice(first.length).filter((call) => call.includes(' create '))).toEqual([]);
  });

  it('adds what an earlier release did not know', async () => {
    const stage = stageWithTemporal();
    const { calls: first } = await stage.run(script);
    rmSync(join(stage.folder, 'CxoneRejected'));
    const { calls } = await stage.run(script);
    expect(calls.slice(first.length).filter((call) => call.includes(' create '))).toEqual([
      'operator search-attribute create --name CxoneRejected --type Int',
    ]);
  });

  it('takes another namespace and retention from the environment', async () => {
    const env = { TEMPORAL_NAMESPACE: 'cxone-staging', TEMPORAL_RETENTION: '7d' };
    const { calls } = await stageWithTemporal().run(script, { env });
    expect(calls).toContain('operator namespace create --namespace cxone-staging --retention 7d');
  });

  it('waits for the server, and for the search attributes to become usable', async () => {
    const stage = stageWithTemporal();
    for (const sign of ['unwell', 'unusable']) writeFileSync(join(stage.folder, sign), '');
    const { status, calls } = await stage.run(script);
    expect(status).toBe(0);
    expect(calls.filter((call) => call === 'operator cluster health')).toHaveLength(3);
    expect(calls.filter((call) => call.startsWith('workflow count'))).toHaveLength(2);
  });

  it('asks for all search attributes at once before it calls them usable', async () => {
    const { calls } = await stageWithTemporal().run(script);
    for (const { name } of searchAttributes) expect(calls.at(-1)).toContain(`${name} IS NULL`);
  });

  it('gives up when the server does not come, and says why', async () => {
    const stage = createStage();
    stage.fake('temporal', 'echo "connection refused" >&2; exit 1');
    const { status, output } = await stage.run(script, { env: { WAIT_SECONDS: '0' } });
    expect(status).toBe(1);
    expect(output).toContain('gave up waiting for the Temporal server: connection refused');
  });

  it('fails at once, with the remedy, when an attribute has another type', async () => {
    const stage = stageWithTemporal();
    writeFileSync(join(stage.folder, 'CxoneTenant'), 'Int');
    const { status, output, calls } = await stage.run(script);
    expect(status).toBe(1);
    expect(output).toContain('CxoneTenant is of type Int and must be Keyword');
    expect(output).toContain('temporal operator search-attribute remove --name CxoneTenant');
    expect(existsSync(join(stage.folder, 'CxoneContacts'))).toBe(false);
    expect(calls.filter((call) => call.endsWith('search-attribute list'))).toHaveLength(1);
  });
});
