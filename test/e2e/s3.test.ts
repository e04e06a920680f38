import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithS3, type S3Server, s3ServerTimeoutMs, startS3Server } from '../setup/versitygw';
import { runCommand } from './run-command';
import { runVerify } from './run-verify';
import { openTestEnvironment, reportOf, settledDay as day, type TestEnvironment } from './test-environment';
import { filesBelow } from './truth';

jest.setTimeout(180_000);

const bucket = 'cxone-recordings';
const prefix = 'calls/eu';

describeWithS3('recordings into a bucket', () => {
  let server: S3Server;
  let s3: TestEnvironment;
  let env: Readonly<Record<string, string>>;
  const recordings = () => filesBelow(join(server.folder(bucket), prefix));

  beforeAll(async () => {
    server = await startS3Server();
    server.makeBucket(bucket);
    env = { ...server.env, RECORDINGS_URL: `s3://${bucket}/${prefix}` };
    s3 = await openTestEnvironment({ simulator: { contactsPerDay: 120, loggedShare: 0.3 } });
    await s3.startWorker(env);
  }, s3ServerTimeoutMs);
  afterAll(async () => {
    await s3?.close();
    await server?.stop();
  });

  it('are those that the filesystem would hold, by key, length and content, as their rows say', async () => {
    const onDisk = await openTestEnvironment({ simulator: { contactsPerDay: 120, loggedShare: 0.3 } });
    try {
      await onDisk.startWorker();
      const expected = reportOf(await onDisk.sync(day));
      expect(reportOf(await s3.sync(day)).recordings).toEqual(expected.recordings);
      expect(expected.recordings.stored).toBeGreaterThan(5);
      expect(recordings()).toEqual(filesBelow(onDisk.recordingsFolder));
    } finally {
      await onDisk.close();
    }
    const rows = await s3.query<{ storage_key: string; bytes: string; sha256: string }>(
      `select storage_key, bytes, sha256 from cxone.recording where status = 'stored'`,
    );
    expect(
      new Map(rows.map((row) => [row.storage_key, { bytes: Number(row.bytes), sha256: row.sha256 }])),
    ).toEqual(recordings());
  });

  it('are proven by verify, which finds what was lost and has it fetched again', async () => {
    const environment = { ...s3, env: { ...s3.env, ...env } };
    expect(await runVerify(environment, day, '--recordings')).toMatchObject({ status: 0, ok: true });
    const [lost = ''] = recordings().keys();
    rmSync(join(server.folder(bucket), prefix, lost));
    expect(await runVerify(environment, day, '--recordings')).toMatchObject({
      status: 4,
      days: [{ recordings: { missing: 1, changed: 0 } }],
    });
    expect(await runVerify(environment, day, '--recordings', '--fix')).toMatchObject({ status: 0, ok: true });
    expect([...recordings().keys()]).toContain(lost);
  });

  it('are refused before anything is started when the bucket is not there', async () => {
    const args = ['sync', '--tenant', 'acme', '--from', day.from, '--to', day.to];
    const { status, stderr } = await runCommand(s3, args, { ...env, RECORDINGS_URL: 's3://not-made/x' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/no bucket of s3:\/\/not-made\/x/);
    expect(stderr).not.toContain(server.env['AWS_SECRET_ACCESS_KEY']);
  });
});
