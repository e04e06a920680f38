import {
  openBareFiles,
  openRecordingFiles,
  type RecordingStorage,
} from '../../../store/files/open-recording-files';
import { adoptStorage, type MarkOptions } from '../../../store/files/marked-files';
import { markName } from '../../../store/files/storage-mark';
import { createDatabase, type PostgresServer } from '../../setup/servers';
import { migrate, openStore, type Store } from '../../../store';
import { openTestEnvironment, type TestEnvironment } from './test-environment';

/** A storage that a test can take away and bring back, as an operating system unmounts and mounts a disk. */
export interface MountableStorage {
  readonly storage: RecordingStorage;
  /** Everything in it, marks included; empty also when it is not there at all. */
  list(): readonly string[];
  /** Puts it away: what its URL names is empty, or not there. */
  unmount(): void;
  /** Brings back what was put away, in place of what has been made since. */
  mount(): void;
  /** Removes a file without the storage. */
  remove(key: string): void;
}

const limits = { maxBytes: 1_000 };
const keyOf = (call: number) => `acme/2026/07/20/${call}/s.mp4`;
async function* body(content = 'audio'): AsyncGenerator<Buffer> {
  yield Buffer.from(content);
}
const notMounted = {
  code: 'RecordingsNotMounted',
  retryable: false,
  remedy: expect.stringMatching(/Mount the storage.*recordings adopt/),
};

/** What every storage does when it may be another one, or none, than the database's. Call it inside a describe. */
export function describeMounted(server: () => PostgresServer, create: () => MountableStorage): void {
  let environment: TestEnvironment;
  let place: MountableStorage;
  beforeAll(async () => {
    environment = await openTestEnvironment(server());
  });
  afterAll(() => environment?.close());
  beforeEach(async () => {
    place = create();
    await environment.query('truncate cxone.recording, cxone.recording_storage');
  });

  /** Each call is a process of its own; no check relies on one that was made before. */
  const open = (store: Store = environment.store, mayMark: MarkOptions['mayMark'] = true) => {
    let time = 0;
    return openRecordingFiles(place.storage, store.storage, { mayMark, clock: () => (time += 3_600_000) });
  };
  const noteStored = (calls: readonly number[], daysAgo = 0) =>
    environment.query(
      `insert into cxone.recording
         (tenant, master_contact_id, segment_id, status, storage_key, bytes, sha256, stored_at)
       select 'acme', call, 's', 'stored', 'acme/2026/07/20/' || call || '/s.mp4', 5, repeat('0', 64),
              now() - $2 * interval '1 day'
       from unnest($1::bigint[]) call`,
      [calls, daysAgo],
    );
  /** Recordings of a release that knew of no mark. */
  async function storeOld(calls: readonly number[], daysAgo = 0): Promise<void> {
    const files = openRecordingFiles(place.storage);
    for (const call of calls) await files.save(keyOf(call), body(), limits);
    await noteStored(calls, daysAgo);
  }
  async function storeNew(call: number): Promise<void> {
    await open().save(keyOf(call), body(), limits);
    await noteStored([call]);
  }
  const knownId = async () =>
    (await environment.query<{ id: string }>('select storage_id as id from cxone.recording_storage'))[0]?.id;
  const calls = Array.from({ length: 24 }, (_, index) => index + 1);

  async function expectRefused(): Promise<void> {
    const before = place.list();
    const files = open();
    for (const attempt of [
      () => files.check(),
      () => files.probe(),
      () => files.save(keyOf(900), body(), limits),
      () => files.open(keyOf(777)),
      () => files.exists(keyOf(777)),
      () => files.remove(keyOf(1)),
    ]) {
      await expect(attempt()).rejects.toMatchObject(notMounted);
    }
    expect(place.list()).toEqual(before);
  }

  it('is made and marked at a first start, once for all workers', async () => {
    await Promise.all(Array.from({ length: 5 }, () => open().probe()));
    expect(place.list()).toEqual([markName]);
    const id = await openBareFiles(place.storage).readMark();
    expect(id).toBe(await knownId());
    await open().save(keyOf(1), body(), limits);
    expect(await open().exists(keyOf(1))).toBe(true);
  });

  it('is marked by an upgrade that finds a sample of the recordings there', async () => {
    await storeOld(calls);
    // A few lost files do not make it another storage.
    for (const lost of [1, 2, 3]) place.remove(keyOf(lost));
    await open().check();
    expect(place.list()).toContain(markName);
    expect(await openBareFiles(place.storage).readMark()).toBe(await knownId());
  });

  it('that is not mounted when an upgrade starts is not made, and nothing is written', async () => {
    await storeOld(calls);
    place.unmount();
    await expectRefused();
    expect(await knownId()).toBeUndefined();
    place.mount();
    await open().probe();
    expect(await open().exists(keyOf(24))).toBe(true);
  });

  it('is marked by an upgrade also where all recordings but those of the last month were moved away', async () => {
    await storeOld(calls, 31);
    await storeOld([200, 201]);
    for (const moved of calls) place.remove(keyOf(moved));
    await open().check();
    expect(await openBareFiles(place.storage).readMark()).toBe(await knownId());
  });

  it('is one only, also before its first recording: of two workers the one that started before is refused', async () => {
    const before = open();
    await before.probe();
    const another = { ...place.storage, url: `${place.storage.url}-2` };
    const elsewhere = openRecordingFiles(another, environment.store.storage, { mayMark: true });
    await elsewhere.probe();
    for (const attempt of [() => before.check(), () => before.save(keyOf(1), body(), limits)]) {
      await expect(attempt()).rejects.toMatchObject({
        ...notMounted,
        message: expect.stringContaining('has the mark of another storage'),
      });
    }
    await elsewhere.save(keyOf(1), body(), limits);
    expect(await elsewhere.exists(keyOf(1))).toBe(true);
  });

  it('is not taken for mounted because some recordings were written into the empty folder before', async () => {
    await storeOld(calls);
    place.unmount();
    await storeOld([200, 201]);
    await expectRefused();
  });

  it('that is unmounted while it is used is noticed, and used again when it is back', async () => {
    await storeNew(1);
    const files = open();
    await files.save(keyOf(2), body(), limits);
    place.unmount();
    await expect(files.save(keyOf(3), body(), limits)).rejects.toMatchObject(notMounted);
    await expect(files.open(keyOf(1))).rejects.toMatchObject(notMounted);
    await expect(files.check()).rejects.toMatchObject(notMounted);
    expect(place.list()).toEqual([]);
    place.mount();
    await files.save(keyOf(3), body(), limits);
    expect(await files.exists(keyOf(1))).toBe(true);
  });

  it('still says of a single recording that it is missing', async () => {
    await storeNew(1);
    place.remove(keyOf(1));
    await expect(open().open(keyOf(1))).rejects.toMatchObject({ code: 'RecordingMissing' });
    expect(await open().exists(keyOf(1))).toBe(false);
  });

  it('is distinguished from another one by the id of its mark', async () => {
    await storeNew(1);
    place.unmount();
    await openBareFiles(place.storage).writeMark('00000000-0000-4000-8000-000000000000');
    await expect(open().check()).rejects.toMatchObject({
      ...notMounted,
      message: expect.stringContaining('has the mark of another storage'),
    });
    await expectRefused();
  });

  it('that was marked, went missing before its first recording and comes back does not hide what was stored since', async () => {
    await open().probe();
    place.unmount();
    await storeNew(1);
    place.mount();
    await expectRefused();
  });

  it('is not taken over by a command that tries another folder before anything is stored', async () => {
    await open(environment.store, 'first').probe();
    const id = await knownId();
    place.unmount();
    await expect(open(environment.store, 'first').probe()).rejects.toMatchObject(notMounted);
    expect(place.list()).toEqual([]);
    place.mount();
    await open().probe();
    expect(await knownId()).toBe(id);
  });

  it('gets a mark back that was lost, with the id that the database knows', async () => {
    await storeNew(1);
    const id = await knownId();
    place.remove(markName);
    await open().check();
    expect(await openBareFiles(place.storage).readMark()).toBe(id);
  });

  it('with a mark that cannot be read is refused, and not marked again', async () => {
    await storeNew(1);
    const bare = openBareFiles(place.storage);
    await bare.writeMark('no id');
    await expect(open().check()).rejects.toMatchObject({
      code: 'RecordingStorageRefused',
      message: expect.stringContaining(markName),
    });
  });

  it('is neither made nor marked by a command that reads', async () => {
    place.unmount();
    await open(environment.store, false).check();
    expect(place.list()).toEqual([]);
    place.mount();
    await storeOld(calls);
    const reading = open(environment.store, false);
    await reading.check();
    expect(await reading.exists(keyOf(7))).toBe(true);
    expect(place.list()).not.toContain(markName);
    place.unmount();
    await expect(reading.open(keyOf(7))).rejects.toMatchObject(notMounted);
  });

  it('may be shared by several databases, of which each has its own recordings there', async () => {
    await storeNew(1);
    const database = await createDatabase(server());
    await migrate(database.url);
    const other = openStore({ url: database.url });
    try {
      await open(other).save(keyOf(2), body(), limits);
      await open().check();
      place.unmount();
      await expect(open().check()).rejects.toMatchObject(notMounted);
    } finally {
      await other.close();
      await database.drop();
    }
  });

  it('that was replaced on purpose is taken when a person says so, with how much is there', async () => {
    await storeOld(calls);
    await open().check();
    place.unmount();
    const bare = openBareFiles(place.storage);
    await bare.save(keyOf(1), body(), limits);
    const { found, sampled } = await adoptStorage(bare, environment.store.storage);
    expect({ found: found <= 1, sampled }).toEqual({ found: true, sampled: 20 });
    await open().save(keyOf(500), body(), limits);
    expect(await bare.readMark()).toBe(await knownId());
    // What was there before is another storage now.
    place.mount();
    await expectRefused();
  });
}
