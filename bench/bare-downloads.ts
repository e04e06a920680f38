import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Input of the bare loop, as JSON in a file: where Media Playback is, a token, and the calls. */
export interface BareDownloads {
  readonly playbackUrl: string;
  readonly token: string;
  readonly calls: readonly number[];
  readonly folder: string;
  readonly inFlight: number;
}

interface Answer {
  readonly interactions: readonly { readonly data: { readonly fileToPlayUrl: string | null } }[];
}

/**
 * The floor that recordings are compared with: look up, fetch, hash, write, rename. No checks, no retries, no rows, no
 * fsync, nothing durable. A process of its own, so that its memory and time can be measured.
 */
async function main(): Promise<void> {
  const input = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as BareDownloads;
  mkdirSync(input.folder, { recursive: true });
  const waiting = input.calls[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const call of waiting) await fetchCall(input, call);
  };
  await Promise.all(Array.from({ length: input.inFlight }, worker));
}

async function fetchCall({ playbackUrl, token, folder }: BareDownloads, call: number): Promise<void> {
  const query = `acd-call-id=${call}&media-type=all&exclude-waveforms=true`;
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const answer = (await (await fetch(`${playbackUrl}?${query}`, { headers })).json()) as Answer;
  for (const [index, { data }] of answer.interactions.entries()) {
    if (data.fileToPlayUrl === null) continue;
    const response = await fetch(data.fileToPlayUrl);
    const path = join(folder, `${call}-${index}`);
    const file = await open(`${path}.part`, 'w');
    const hash = createHash('sha256');
    for await (const chunk of response.body ?? []) {
      const bytes = chunk as Uint8Array;
      hash.update(bytes);
      await file.write(bytes);
    }
    hash.digest('hex');
    await file.close();
    await rename(`${path}.part`, path);
  }
}

if (require.main === module) {
  void main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
