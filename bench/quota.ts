import { Command } from 'commander';
import { wholeNumber } from '../client/command/flags';
import { createOutput } from '../client/command/output';
import { startSimulator } from '../simulator';
import { factsOf, run, syncWindow } from './program';
import { startBenchStand } from './stand';

interface QuotaFlags {
  readonly requests: number;
  readonly perSeconds: number;
  readonly contacts: number;
  readonly workers: number;
  readonly inFlight: number;
  readonly json?: boolean;
}

const now = Date.parse('2025-03-20T12:00:00Z');
const day = { from: '2025-03-10T00:00:00Z', to: '2025-03-11T00:00:00Z' };

/**
 * Share of a quota that is used while there is more to do than it permits: playback queries through a real
 * Temporal server, against a simulator that refuses what goes beyond. After `npm run build`:
 * `node dist/bench/quota.js`; half an hour of CXone's own quota:
 * `node dist/bench/quota.js --requests 150 --per-seconds 300 --contacts 1620`.
 */
async function main(): Promise<void> {
  const program = new Command('quota')
    .description('Share of a playback quota that is used while there is more work than it permits')
    .option('--requests <n>', 'size of the quota', wholeNumber(1), 50)
    .option('--per-seconds <s>', 'its span', wholeNumber(1), 20)
    .option(
      '--contacts <n>',
      'contacts of the day; six of ten are the first of a recorded call',
      wholeNumber(1),
      660,
    )
    .option('--workers <n>', 'worker processes', wholeNumber(1), 2)
    .option('--in-flight <n>', 'playback queries at a time', wholeNumber(1), 8)
    .option('--json', 'one JSON document on stdout');
  await program.parseAsync();
  const flags = program.opts<QuotaFlags>();
  const output = createOutput(flags);
  const mediaQuota = { requests: flags.requests, perSeconds: flags.perSeconds };
  const stand = await startBenchStand(1, (line) => output.note(line));
  const began = Date.now();
  const simulator = await startSimulator({
    clock: () => now + (Date.now() - began),
    mediaQuota,
    contactsPerDay: flags.contacts,
    loggedShare: 1,
    mediaBytes: { min: 200, max: 4_000 },
  });
  try {
    const database = await stand.createDatabase();
    const tenant = {
      recordings: true,
      pageSize: 1_000,
      recordingsInFlight: flags.inFlight,
      limits: { media: mediaQuota },
    };
    for (let worker = 0; worker < flags.workers; worker += 1) {
      await stand.startWorker(database, tenant, factsOf(stand, simulator));
    }
    await syncWindow(stand, day);
    const playbackQueries = simulator.journal.entries({ family: 'media' });
    const figures = measure(playbackQueries, mediaQuota);
    output.document({ versions: stand.versions, ...flags, ...figures });
    output.result(`versions    ${stand.versions}`);
    output.result(`quota       ${flags.requests} playback queries in any ${flags.perSeconds} s`);
    output.result(
      `work        ${flags.workers} workers, ${flags.inFlight} playback queries at a time, one window`,
    );
    output.result('');
    output.result(`queries     ${figures.sent} in ${figures.seconds.toFixed(1)} s`);
    output.result(`permitted   ${figures.permitted.toFixed(1)}`);
    output.result(`used        ${(figures.used * 100).toFixed(1)} %`);
    output.result(`most in ${flags.perSeconds} s   ${figures.mostInSpan}`);
    output.result(`refused     ${figures.refused} (429)`);
  } finally {
    await stand.stop();
    await simulator.close();
  }
}

function measure(
  playbackQueries: readonly { readonly at: number; readonly status: number }[],
  { requests, perSeconds }: { readonly requests: number; readonly perSeconds: number },
) {
  const sent = playbackQueries.map(({ at }) => at).sort((a, b) => a - b);
  const all = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1_000;
  // The last few are done by fewer hands than there are; what they leave unused says nothing of the limiter.
  const counted = sent.slice(0, Math.ceil(sent.length * 0.97));
  const seconds = ((counted.at(-1) ?? 0) - (counted[0] ?? 0)) / 1_000;
  const permitted = (seconds * requests) / perSeconds;
  const inSpan = (end: number): number =>
    sent.filter((at) => at > end - perSeconds * 1_000 && at <= end).length;
  return {
    sent: sent.length,
    seconds: all,
    permitted: (all * requests) / perSeconds,
    used: (counted.length - 1) / permitted,
    mostInSpan: Math.max(...sent.map(inSpan)),
    refused: playbackQueries.filter(({ status }) => status === 429).length,
  };
}

run(main);
