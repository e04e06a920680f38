import { brotliDecompressSync } from 'node:zlib';
import { startProcess } from '../../local/process';
import type { FaultRule } from '../../simulator';
import { ask } from '../unit/simulator/client';
import { runCommand } from './run-command';
import { type Exposed, type ExposedRun, exposeRun, leaks, secretForms } from './leaks';
import {
  dayOf,
  mainScript,
  openTestEnvironment,
  reportOf,
  settledDay as day,
  type TestEnvironment,
  type TestWorker,
} from './test-environment';

let environment: TestEnvironment;
let worker: TestWorker;
beforeAll(async () => {
  environment = await openTestEnvironment({
    // Enough calls for chunks in child workflows.
    simulator: { contactsPerDay: 900, agents: 40, mediaBytes: { min: 64, max: 400 } },
    tenant: { pageSize: 100, pagesInFlight: 2 },
  });
  worker = await environment.startWorker({ METRICS_ADDRESS: '127.0.0.1:0' });
});
afterAll(() => environment?.close());

/** Who a call was about: words that no pattern finds. */
const personal = ['Jane Quillfeather', 'gestational diabetes', '1980-05-23'] as const;

/** What a careless server might say: it repeats what it was asked about, or with. */
const indiscreet = JSON.stringify({
  error: 'server_error',
  internalCode: 'Quillfeather',
  message:
    `no record of ${personal.join(', ')}: ` +
    'failed for +19995550123 at https://media.example/a.mp4?X-Amz-Signature=0123456789abcdef0123456789abcdef ' +
    'with Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
});

/** Every transient fault. */
const transient: readonly FaultRule[] = [
  { name: 'status', match: { family: 'contacts' }, onCall: 3, args: { status: 401, body: indiscreet } },
  { name: 'status', match: { family: 'contacts' }, onCall: 5, args: { status: 500, body: indiscreet } },
  {
    name: 'status',
    match: { family: 'contacts' },
    onCall: 6,
    args: { status: 503, description: `19995550123 of ${personal.join(', ')}` },
  },
  { name: 'truncateJson', match: { family: 'contacts' }, onCall: 8 },
  { name: 'reset', match: { family: 'contacts' }, onCall: 11, args: { afterBytes: 5_000 } },
  { name: 'status', match: { family: 'agents' }, onCall: 1, args: { status: 500, body: indiscreet } },
  { name: 'truncateJson', match: { family: 'agents' }, onCall: 2 },
  { name: 'status', match: { family: 'lookups' }, onCall: 1, args: { status: 500, body: indiscreet } },
  { name: 'status', match: { path: '/teams' }, args: { status: 403, body: indiscreet } },
  { name: 'status', match: { family: 'media' }, onCall: 4, args: { status: 500, body: indiscreet } },
  { name: 'truncateJson', match: { family: 'media' }, onCall: 9 },
  { name: 'html200', match: { family: 'media' }, onCall: 30 },
  { name: 'status', match: { family: 'file' }, onCall: 3, args: { status: 403, body: indiscreet } },
  { name: 'mediaTruncated', match: { family: 'file' }, onCall: 12 },
  { name: 'expireUrls', match: { family: 'file' }, onCall: 20 },
  { name: 'mediaEmpty', match: { family: 'file' }, onCall: 25 },
  {
    name: 'badRecords',
    args: { kinds: ['nul', 'missingKey', 'giantId', 'typeFlip', 'badDate', 'newField'], every: 30 },
  },
];

/** Secrets, and the words of the answers above, each by itself. */
function formsToFind(): ReadonlyMap<string, string> {
  const words = [...personal, 'Quillfeather', 'diabetes'];
  return new Map([...secretForms(environment.simulator), ...words.map((word) => [word, word] as const)]);
}

/** The runs and what they leave behind, for all tests below. */
const runs: ExposedRun[] = [];
let commandOutput = '';

async function expose(workflowId: string): Promise<void> {
  const run = await exposeRun(environment.client.workflow.getHandle(workflowId));
  runs.push(run);
  for (const child of run.children) await expose(child);
}

describe('after runs in which much went wrong', () => {
  beforeAll(async () => {
    environment.simulator.setFaults(transient);
    const handle = await environment.start(day);
    await handle.result();
    await expose(handle.workflowId);

    // What no retry resolves, the day before: started by the command line, which says why.
    const before = dayOf(Date.parse(day.from) - 1);
    environment.simulator.setFaults([
      { name: 'status', match: { family: 'media' }, args: { status: 403, body: indiscreet } },
    ]);
    const command = startProcess({
      name: 'sync',
      command: process.execPath,
      args: [mainScript, 'sync', '--tenant', 'acme', '--from', before.from, '--to', before.to],
      env: { ...environment.env },
    });
    expect(await command.exited).toEqual({ code: 1, signal: null });
    commandOutput = command.tail();
    await expose(`sync-window:acme:${before.from}/${before.to}`.replaceAll('.000Z', 'Z'));
  });

  // A token endpoint that repeats the credentials it was given, while the worker renews its token.
  beforeAll(async () => {
    const { clientSecret, accessKeySecret } = environment.simulator.credentials;
    const said = [clientSecret, encodeURIComponent(clientSecret), accessKeySecret].join(' and ');
    const body = JSON.stringify({ error: 'invalid_client', error_description: `refused: ${said}` });
    environment.simulator.setFaults([
      { name: 'status', match: { family: 'contacts' }, onCall: 1, args: { status: 401 } },
      { name: 'status', match: { family: 'auth' }, args: { status: 401, body } },
    ]);
    const handle = await environment.start(dayOf(Date.parse(day.from) - 2 * 86_400_000));
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'InvalidClient' } });
    await expose(handle.workflowId);
  });

  it('the runs have failures, rejected records and children to show', () => {
    const [first, ...others] = runs;
    const seen = (codes: readonly string[], within: readonly ExposedRun[]) =>
      codes.filter((code) => within.some(({ text }) => text.includes(code)));
    const transientCodes = [
      'CxoneUnavailable',
      'IncompleteAnswer',
      'UnexpectedHtml',
      'MediaLinkExpired',
      'MediaIncomplete',
    ];
    expect(first?.children.length).toBeGreaterThanOrEqual(2);
    expect(seen(transientCodes, runs)).toEqual(transientCodes);
    expect(seen(['MediaForbidden'], others)).toEqual(['MediaForbidden']);
    expect(commandOutput).toContain('MediaForbidden');
  });

  it('no secret and no personal data stand in any history, log, metric or message', async () => {
    const log = worker.log();
    const portOf = (what: string): string => {
      const line = log.split('\n').find((each) => each.includes(what)) ?? '{}';
      return String((JSON.parse(line) as { port?: number }).port);
    };
    const metrics = await ask(`http://127.0.0.1:${portOf('metrics are served')}/metrics`);
    const health = await ask(`http://127.0.0.1:${portOf('health is served')}/ready`);
    const ledger = await environment.query<{ text: string }>(
      `select coalesce(string_agg(w::text, ' '), '') ||
              (select string_agg(concat_ws(' ', reason, field), ' ') from cxone.rejected_record) ||
              (select string_agg(concat_ws(' ', storage_key, last_error_code), ' ') from cxone.recording) as text
       from cxone.sync_window w`,
    );
    const exposed: Exposed[] = [
      ...runs,
      { where: 'the worker’s log', text: log },
      { where: 'the metrics', text: metrics.body.toString() },
      { where: 'the health endpoint', text: health.body.toString() },
      { where: 'the command’s output', text: commandOutput },
      { where: 'the ledger', text: ledger[0]?.text ?? '' },
      { where: 'errors list', text: (await runCommand(environment, ['errors', 'list', '--json'])).stdout },
    ];
    expect(log).toContain('"level":"debug"');
    expect(metrics.body.toString()).toContain('temporal_');
    expect(leaks(formsToFind(), exposed)).toEqual([]);
  });

  it('which the search would have found: in the table meant for them it does', async () => {
    const contacts = await environment.query<{ text: string }>(
      `select string_agg(c::text, ' ') as text from cxone.contact c`,
    );
    const found = leaks(secretForms(environment.simulator), [
      { where: 'cxone.contact', text: contacts[0]?.text ?? '' },
    ]);
    expect(found).toEqual(
      expect.arrayContaining([expect.stringMatching(/^19995550/), expect.stringMatching(/^cnry-note/)]),
    );
    // Payloads were read as text, not as bytes.
    expect(runs[0]?.text).toContain('"windowId":"');
  });

  it('what CXone said of a person is in the table meant for it alone, and on-call finds it by the message', async () => {
    const kept = await environment.query<{ answer: string; code: string }>(
      'select answer, code from cxone.api_error',
    );
    const text = kept.map(({ answer }) => answer).join('\n');
    for (const word of personal) expect(text).toContain(word);
    expect(kept.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['CxoneUnavailable', 'MediaForbidden', 'InvalidClient']),
    );
    // Credentials, tokens and signed links are not kept even there.
    const { clientSecret, accessKeySecret } = environment.simulator.credentials;
    for (const secret of [
      clientSecret,
      encodeURIComponent(clientSecret),
      accessKeySecret,
      'eyJhbGci',
      'X-Amz-S',
    ])
      expect(text).not.toContain(secret);
    const id = /\(answer ([0-9a-f]{12})/.exec(commandOutput)?.[1] ?? '';
    const shy = await runCommand(environment, ['errors', 'show', id]);
    expect(shy).toMatchObject({ status: 0, stdout: expect.stringContaining('MediaForbidden') });
    for (const word of personal) expect(shy.stdout).not.toContain(word);
    const raw = await runCommand(environment, ['errors', 'show', id, '--raw']);
    for (const word of personal) expect(raw.stdout).toContain(word);
    expect((await runCommand(environment, ['errors', 'show', '0'.repeat(12)])).status).toBe(2);
  });

  it('no API key of an agent is in the database, nor in the pages as they came', async () => {
    const pages = await environment.query<{ kind: string; body: Buffer }>(
      'select kind, body from cxone.landing_page',
    );
    // Teams were refused.
    expect(new Set(pages.map(({ kind }) => kind))).toEqual(
      new Set(['contacts', 'agents', 'skills', 'campaigns', 'dispositions']),
    );
    const agents = await environment.query<{ text: string }>('select a::text as text from cxone.agent a');
    const rejected = await environment.query<{ text: string }>(
      'select r::text as text from cxone.rejected_record r',
    );
    const texts = [
      ...pages.map(({ body }) => brotliDecompressSync(body).toString()),
      ...[...agents, ...rejected].map((r) => r.text),
    ];
    expect(agents).toHaveLength(40);
    expect(texts.filter((text) => /cnry-apikey|"apikey"/i.test(text))).toEqual([]);
  });

  it('no payload of any history is larger than 16 KiB', () => {
    for (const { where, largestPayload } of runs) {
      expect({ where, tooLarge: largestPayload > 16 * 1_024 }).toEqual({ where, tooLarge: false });
    }
    process.stdout.write(`largest payload: ${Math.max(...runs.map((run) => run.largestPayload))} bytes\n`);
  });

  it('a run after it, without faults, completes the day that failed', async () => {
    environment.simulator.setFaults([]);
    const report = reportOf(await environment.sync(dayOf(Date.parse(day.from) - 1)));
    expect(report).toMatchObject({ status: 'complete', inserted: 0, unchanged: 900 });
    expect(report.recordings).toMatchObject({ failed: 0 });
  });
});
