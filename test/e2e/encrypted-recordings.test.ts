import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, tenantsFile } from './run-command';
import { runVerify } from './run-verify';
import { openTestEnvironment, reportOf, settledDay as day, type TestEnvironment } from './test-environment';
import { filesBelow } from './truth';

jest.setTimeout(180_000);

const keys = { OLD_KEY: randomBytes(32).toString('base64'), NEW_KEY: randomBytes(32).toString('base64') };
const old = { id: '2026-11', key: { env: 'OLD_KEY' } };
const current = { id: '2026-12', key: { env: 'NEW_KEY' } };
const media = { limits: { media: { requests: 1_000_000, perSeconds: 1 } }, parkedTimeoutHours: 0 };

let environment: TestEnvironment;
let worker: { stop(): Promise<unknown>; log(): string };
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay: 120, loggedShare: 0.2 },
    tenant: { recordingKeys: [old] },
  });
  environment = { ...environment, env: { ...environment.env, ...keys } };
  worker = await environment.startWorker(keys);
  reportOf(await environment.sync(day));
});
afterAll(() => environment?.close());

interface Row {
  readonly master_contact_id: string;
  readonly segment_id: string;
  readonly storage_key: string;
  readonly bytes: string;
  readonly sha256: string;
}
const rows = () =>
  environment.query<Row>(`select * from cxone.recording where status = 'stored' order by storage_key`);
const keyIdOf = (storageKey: string): unknown => {
  const manifest = JSON.parse(
    readFileSync(join(environment.recordingsFolder, `${storageKey}.json`), 'utf8'),
  ) as {
    readonly encryption: { readonly keyId: string } | null;
  };
  return manifest.encryption?.keyId;
};
const rangeOf = ['--tenant', 'acme', '--from', day.from, '--to', day.to];

describe('recordings of a tenant with keys', () => {
  it('lie encrypted, while their rows describe the audio', async () => {
    const stored = await rows();
    const files = filesBelow(environment.recordingsFolder);
    expect(stored.length).toBeGreaterThan(3);
    expect([...files.keys()].sort()).toEqual(stored.map((row) => row.storage_key).sort());
    const span = { from: Date.parse(day.from), to: Date.parse(day.to) };
    const { recordings = [] } = environment.simulator.truth({ ...span, recordings: true });
    const truth = new Map(recordings.map((one) => [one.segmentId, one]));
    for (const { segment_id: segment, storage_key: key, bytes, sha256 } of stored) {
      expect(truth.get(segment)).toMatchObject({ bytes: Number(bytes), sha256 });
      expect(files.get(key)?.sha256).not.toBe(sha256);
      expect(keyIdOf(key)).toBe('2026-11');
    }
  });

  it('are proven whole through the encryption, with and without CXone', async () => {
    expect(await runVerify(environment, day, '--recordings')).toMatchObject({ status: 0, ok: true });
    const { status, stdout } = await runCommand(environment, ['recordings', 'verify', ...rangeOf, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      totals: { checked: (await rows()).length, missing: 0, changed: 0 },
      problems: [],
    });
  });

  it('stay readable when a new key comes first, which encrypts what comes then', async () => {
    const [first] = await rows();
    const lost = first?.storage_key ?? '';
    rmSync(join(environment.recordingsFolder, lost));
    const renewed = {
      ...keys,
      TENANTS_FILE: tenantsFile(environment, 'renewed', { ...media, recordingKeys: [current, old] }),
    };
    await worker.stop();
    worker = await environment.startWorker(renewed);
    const later = { ...environment, env: { ...environment.env, ...renewed } };
    const fixed = await runVerify(later, day, '--recordings', '--fix');
    expect(fixed).toMatchObject({ status: 0, ok: true });
    const stored = await rows();
    expect(keyIdOf(lost)).toBe('2026-12');
    expect(new Set(stored.slice(1).map((row) => keyIdOf(row.storage_key)))).toEqual(new Set(['2026-11']));
    environment = later;
    expect((await runCommand(environment, ['recordings', 'verify', ...rangeOf])).status).toBe(0);
  });

  it('are written as plain files for those who have the keys', async () => {
    const [row] = await rows();
    const out = join(environment.folder, 'given-out');
    const call = ['--tenant', 'acme', '--master-contact', row?.master_contact_id ?? '', '--out', out];
    const { status, stdout } = await runCommand(environment, ['recordings', 'decrypt', ...call]);
    expect(status).toBe(0);
    const name = `${row?.master_contact_id}-${row?.segment_id}.mp4`;
    expect(stdout).toContain(name);
    expect(readdirSync(out)).toContain(name);
    const hash = createHash('sha256').update(readFileSync(join(out, name)));
    expect(hash.digest('hex')).toBe(row?.sha256);
  });

  it('cannot be read without the key, and that is no damage to them', async () => {
    const keyless = { TENANTS_FILE: tenantsFile(environment, 'keyless', {}) };
    const [row] = await rows();
    const call = ['--tenant', 'acme', '--master-contact', row?.master_contact_id ?? ''];
    for (const args of [
      ['recordings', 'decrypt', ...call, '--out', join(environment.folder, 'nothing')],
      ['recordings', 'verify', ...rangeOf],
      ['verify', ...rangeOf, '--recordings'],
    ]) {
      const { status, stderr } = await runCommand(environment, args, keyless);
      expect({ args, status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/key "2026-1[12]".*recordingKeys/),
      });
    }
    expect(await runVerify(environment, day, '--recordings')).toMatchObject({ status: 0 });
  });

  it('show their keys nowhere', () => {
    for (const key of Object.values(keys)) expect(worker.log()).not.toContain(key);
  });

  it('are refused before anything is started when a call is named badly', async () => {
    const args = ['recordings', 'decrypt', '--tenant', 'acme', '--master-contact', '../1'];
    expect((await runCommand(environment, args)).status).toBe(2);
  });
});
