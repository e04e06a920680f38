import type { Pool } from 'pg';
import { safely } from '../postgres/errors';
import type { StorageLedger } from '../files/marked-files';
import { run } from '../postgres/transaction';

/** What `RECORDINGS_URL` names. */
const name = 'recordings';
// Any number will do as long as every release uses the same, and no other lock has it.
const lockKey = 7_235_119_665;

const rememberSql = `
  insert into cxone.recording_storage (name, storage_id) values ($1, $2)
  on conflict (name) do update set storage_id = excluded.storage_id, since = now()`;

// Spread over all of them and the same each time: an unmounted folder may hold the few that were written into it.
const sampleSql = `
  select storage_key as key from cxone.recording
  where status = 'stored'
    and (not $2::boolean or stored_at > (
      select max(r.stored_at) - interval '30 days' from cxone.recording r where r.status = 'stored'))
  order by md5(storage_key) limit $1`;

/** Which storage the database behind `pool` has its recordings in; all methods throw `StoreError`. */
export function createStorageLedger(pool: Pool): StorageLedger {
  return {
    async known() {
      const sql = 'select storage_id as id from cxone.recording_storage where name = $1';
      const [row] = await run<{ id: string }>(pool, sql, [name]);
      return row?.id ?? null;
    },
    async remember(id) {
      await run(pool, rememberSql, [name, id]);
    },
    async sample(limit, lately = false) {
      return (await run<{ key: string }>(pool, sampleSql, [limit, lately])).map(({ key }) => key);
    },
    async alone(work) {
      const client = await safely(() => pool.connect());
      // Heard, so that a connection that dies does not end the process; its lock dies with it.
      const ignore = () => {};
      client.on('error', ignore);
      let broken = true;
      try {
        // Of the session and outside a transaction: none must stay open while a storage is asked.
        await safely(() => client.query('select pg_advisory_lock($1)', [lockKey]));
        const result = await work();
        await safely(() => client.query('select pg_advisory_unlock($1)', [lockKey]));
        broken = false;
        return result;
      } finally {
        client.off('error', ignore);
        // A connection that is thrown away gives its lock back as well.
        client.release(broken);
      }
    },
  };
}
