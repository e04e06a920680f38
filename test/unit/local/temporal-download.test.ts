import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadTemporal } from '../../../local/temporal-download';
import { hashKey, RefusedDownload, temporalHashes } from '../../../local/temporal-hashes';

const program = '#!/bin/sh\necho ran > "$0.ran"\n';
const sha256 = createHash('sha256').update(program).digest('hex');
const key = hashKey('1.2.3');

/** In the place of the SDK's testing package: downloads by writing the file as the SDK does, then starts it. */
const testing = `
const { execFileSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
exports.TestWorkflowEnvironment = {
  createLocal: async ({ server: { executable } }) => {
    const file = join(executable.downloadDir, 'temporal-cli');
    writeFileSync(file, ${JSON.stringify(program)}, { mode: 0o755 });
    execFileSync(file);
    return { teardown: async () => {} };
  },
};`;

describe('a downloaded Temporal', () => {
  let folder: string;
  let server: Server;
  let file: string;
  let messages: string[];
  beforeAll(async () => {
    server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cxone-download-'));
    mkdirSync(join(folder, 'cache'));
    file = join(folder, 'cache', 'temporal');
    messages = [];
    writeFileSync(join(folder, 'testing.js'), testing);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const download = (hashes: Readonly<Record<string, string>>): Promise<void> => {
    const target = { file, version: '1.2.3', log: (message: string) => void messages.push(message) };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return downloadTemporal(target, url, { testing: join(folder, 'testing.js'), hashes });
  };
  const isExecutable = (): boolean => {
    accessSync(file, constants.X_OK);
    return true;
  };

  it('is taken without a word when its hash is the recorded one', async () => {
    await download({ [key]: sha256 });
    expect([readFileSync(file, 'utf8'), isExecutable()]).toEqual([program, true]);
    expect(messages.join('\n')).not.toContain('VERIFIED');
  });

  it('is refused when its hash is another: it was never run, and nothing of it stays', async () => {
    const refused = await download({ [key]: 'f'.repeat(64) }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RefusedDownload);
    expect((refused as Error).message).toContain(sha256);
    expect((refused as Error).message).toContain('f'.repeat(64));
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(folder, 'cache', `download-${process.pid}`))).toBe(false);
  });

  it.each([{}, { [hashKey('1.2.3', 'plan9', 'x64')]: sha256 }])(
    'is said to be unverified, with its hash, where none is recorded for it (%j)',
    async (hashes) => {
      await download(hashes);
      expect(isExecutable()).toBe(true);
      expect(messages.join('\n')).toContain(`NOT VERIFIED: no hash is recorded for ${key}`);
      expect(messages.join('\n')).toContain(sha256);
    },
  );

  it('does not run before its hash was judged', async () => {
    const marks: boolean[] = [];
    const target = join(folder, 'cache', `download-${process.pid}`, 'temporal-cli.ran');
    const log = messages.push.bind(messages);
    messages.push = (message) => {
      if (message.includes('VERIFIED')) marks.push(existsSync(target));
      return log(message);
    };
    await download({});
    expect(marks).toEqual([false]);
  });

  it('is known by hashes that look like SHA-256, for versions and platforms', () => {
    for (const [name, hash] of Object.entries(temporalHashes)) {
      expect([name, hash]).toEqual([
        expect.stringMatching(/^\d+\.\d+\.\d+ \w+-\w+$/) as string,
        expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      ]);
    }
  });
});
