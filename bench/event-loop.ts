import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { readBatch } from '../activities/batch';
import { parseContactPage, readContact } from '../cxone';
import { parseInteractions } from '../cxone/media/interactions';
import { largestBodies, limits } from '../cxone/limits';
import { startPostgres } from '../local/postgres';
import { migrate, openStore, type Store } from '../store';
import { run } from './program';
import { tableOf } from './table';

/**
 * The longest wait for a turn while pages at the caps on bytes, values and depth are parsed, read, landed and stored:
 * what the promise in docs/configuration.md stands on. Prints one line for each page; asserts nothing, as the figure is
 * also that of the machine and of what else it does.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-bench-'));
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), log });
  const rows: string[][] = [];
  try {
    await migrate(postgres.url);
    const store = openStore({ url: postgres.url, maxConnections: 2, applicationName: 'bench' });
    const windowId = await claimedWindow(store);
    rows.push(['nothing', '', milliseconds(await longestWait(async () => setTimeout(2_000))), '']);
    for (const [name, make] of Object.entries(pages)) {
      const body = make();
      const page = async (): Promise<void> => {
        const { records } = await parseContactPage(body).catch(() => ({ records: [] }));
        const key = { windowId, attempt: 1, round: 1, kind: 'contacts' as const, slice: name };
        const toLand = { ...key, tenant: 'bench', body, records: records.length, meta: {} };
        const { pageId } = await store.landing.land(toLand);
        const landed = await store.landing.read(pageId);
        const again = await parseContactPage(landed).catch(() => ({ records: [] }));
        const batch = await readBatch(again.records, readContact);
        await store.contacts.persistPage(pageId, 'bench', batch, {
          recordings: false,
          recordedMediaTypeIds: undefined,
        });
      };
      const began = performance.now();
      const wait = await longestWait(page);
      rows.push([name, megabytes(body), milliseconds(wait), milliseconds(performance.now() - began)]);
    }
    for (const [name, make] of Object.entries(answers)) {
      const body = make();
      const began = performance.now();
      const wait = await longestWait(async () => void parseInteractions(body));
      rows.push([name, megabytes(body), milliseconds(wait), milliseconds(performance.now() - began)]);
    }
    await store.close();
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${tableOf(['page', 'bytes', 'longest wait', 'in all'], rows)}\n`);
}

async function claimedWindow(store: Store): Promise<string> {
  const [from, to] = [new Date('2026-10-01T00:00:00Z'), new Date('2026-10-02T00:00:00Z')];
  const filter = { skillIds: [], campaignIds: [], mediaTypeIds: [] };
  const window = { tenant: 'bench', from, to, by: 'start' as const, filter };
  const claim = await store.windows.claim(window, { workflowId: 'bench', runId: 'bench' });
  if (claim.status === 'busy') throw new Error('the window of a new database is busy');
  return claim.windowId;
}

const cap = largestBodies.contacts - 200;
const start = '"contactStartDate":"2026-10-01T00:00:00Z"';
const page = (records: string): Buffer => Buffer.from(`{"completedContacts":[${records}]}`);
const repeated = (record: (index: number) => string, bytes: number, atMost = Infinity): string => {
  const records: string[] = [];
  let size = 0;
  for (let index = 1; size < bytes - 2_000 && index <= atMost; index += 1) {
    records.push(record(index));
    size += (records.at(-1)?.length ?? 0) + 1;
  }
  return records.join(',');
};
const contact = (id: number, more: string): string => `{"contactId":${id},${start}${more}}`;

const pages: Readonly<Record<string, () => Buffer>> = {
  'contacts of usual size': () =>
    page(
      repeated(
        (id) => contact(id, `,"dispositionNotes":"${'usual '.repeat(60)}"${',"skillId":7'.repeat(40)}`),
        16_000_000,
        10_000,
      ),
    ),
  'contacts of 3 kB, as many as fit': () =>
    page(repeated((id) => contact(id, `,"dispositionNotes":"${'x'.repeat(3_000)}"`), cap)),
  'unknown fields': () =>
    page(repeated((id) => contact(id, `,"a":{"b":["y",1.5,null]},"c${id % 50}":"z"`), 12_000_000, 60_000)),
  'long numbers everywhere': () =>
    page(repeated((id) => contact(id, `,"n":[${'12345678901234567890,'.repeat(40)}1]`), 16_000_000, 15_000)),
  'all rejected': () => page(repeated((id) => `{"contactId":-${id},"note":"${'x'.repeat(3_000)}"}`, cap)),
  'as many values as are parsed': () =>
    page(repeated((id) => contact(id, `,"tags":[${'[],'.repeat(4_000)}0]`), 13_000_000, 480)),
  '600,000 digits in a note': () =>
    page(repeated((id) => contact(id, `,"dispositionNotes":"${'7'.repeat(600_000)}"`), 6_000_000)),
  'one note of 16 MB': () => page(contact(1, `,"dispositionNotes":"${'long note '.repeat(1_600_000)}"`)),
  'one note of 16 MB, all escapes': () =>
    page(contact(1, `,"dispositionNotes":"${'\\n'.repeat(8_000_000)}"`)),
  'one note of 16 MB, not for PostgreSQL': () =>
    page(contact(1, `,"dispositionNotes":"${'\\u0000'.repeat(2_700_000)}"`)),
  'one unknown field of 16 MB, all escapes': () => page(contact(1, `,"new":"${'\\\\'.repeat(8_000_000)}"`)),
  'one record of 32 MB, rejected': () => page(contact(1, `,"new":"${'x'.repeat(cap - 200)}"`)),
  'nested 4,000,000 levels': () =>
    page(contact(1, `,"new":${'['.repeat(1_900_000)}${']'.repeat(1_900_000)}`)),
  'values without end, refused': () => page(`${'[],'.repeat(limits.pageValues)}0`),
};

const answers: Readonly<Record<string, () => Buffer>> = {
  'a chat of 8 MB': () =>
    Buffer.from(
      `{"contactId":"u","interactions":[{"@type":"chat","data":{"messages":[${repeated(
        () => `{"participantName":"Ann","text":"${'hello '.repeat(40)}","timeStamp":"2026-10-01T00:00:00Z"}`,
        8_000_000,
      )}]}}]}`,
    ),
  'as many values as an answer may have': () =>
    Buffer.from(`{"interactions":[{"new":[${'[],'.repeat(limits.answerValues / 2 - 10)}0]}]}`),
};

/** The longest that anything had to wait for its turn while something was done, in milliseconds. */
async function longestWait(work: () => Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  await setTimeout(50);
  delays.reset();
  await work();
  await setTimeout(50);
  delays.disable();
  return delays.max / 1e6;
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

function megabytes(body: Buffer): string {
  return `${(body.length / 1e6).toFixed(1)} MB`;
}

run(main);
