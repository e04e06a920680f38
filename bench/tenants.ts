import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { Client as PostgresClient } from 'pg';
import { mainScript } from '../client/demo/processes';
import { wholeNumber } from '../client/command/flags';
import { createOutput } from '../client/command/output';
import { migrate } from '../store';
import { run } from './program';
import { startServers } from './stand';
import { tableOf } from './table';

interface Flags {
  readonly tenants: number;
  readonly windows: number;
  readonly times: number;
}

/** Each as typed; `schedule apply` first, which makes what the others look at. */
const commands: readonly (readonly string[])[] = [
  ['schedule', 'apply'],
  ['status'],
  ['status', '--json'],
  ['schedule', 'list'],
];

/**
 * How long the commands that look at all tenants take where there are many: a real Temporal development server and
 * PostgreSQL, a ledger with windows of each tenant, some of them parked, and two schedules each. No worker runs and no
 * CXone is asked. After `npm run build`: `node dist/bench/tenants.js --tenants 1000`.
 */
async function main(): Promise<void> {
  const program = new Command('tenants')
    .option('--tenants <n>', 'tenants in the file', wholeNumber(1, 10_000), 1_000)
    .option('--windows <n>', 'windows of each in the ledger', wholeNumber(1, 10_000), 200)
    .option('--times <n>', 'how often each command is run', wholeNumber(1, 20), 3)
    .parse();
  const flags = program.opts<Flags>();
  const output = createOutput({});
  const log = (line: string): void => output.note(line);
  const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-bench-'));
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const { versions, temporalEnv, postgres } = await startServers(folder, stops, log);
    await migrate(postgres.url);
    await fill(postgres.url, flags);
    const env = {
      ...process.env,
      TENANTS_FILE: writeTenants(folder, flags.tenants),
      DATABASE_URL: postgres.url,
      ...temporalEnv,
      BENCH_SECRET: 'unused',
    };
    const rows = commands.map((args) => measure(args, env, args[1] === 'apply' ? 1 : flags.times));
    output.result(`versions  ${versions}`);
    output.result(`tenants   ${flags.tenants}, each with ${flags.windows} windows and two schedules\n`);
    output.block(tableOf(['command', 'exit', 'lines', 'best', 'worst'], rows));
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(args: readonly string[], env: NodeJS.ProcessEnv, times: number): readonly string[] {
  const runs = Array.from({ length: times }, () => {
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [mainScript, ...args], {
      env,
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.slice(0, 2_000)}`);
    return { seconds: (performance.now() - began) / 1_000, lines: stdout.split('\n').length, status };
  });
  const seconds = runs.map((one) => one.seconds).sort((a, b) => a - b);
  return [
    args.join(' '),
    String(runs[0]?.status),
    String(runs[0]?.lines),
    `${(seconds[0] ?? 0).toFixed(2)} s`,
    `${(seconds.at(-1) ?? 0).toFixed(2)} s`,
  ];
}

const nameOf = (place: number): string => `tenant-${place}`;

function writeTenants(folder: string, many: number): string {
  const tenant = {
    issuer: 'https://cxone.niceincontact.com',
    clientId: 'bench',
    clientSecret: { env: 'BENCH_SECRET' },
    accessKeyId: 'bench',
    accessKeySecret: { env: 'BENCH_SECRET' },
  };
  const tenants = Object.fromEntries(Array.from({ length: many }, (_, place) => [nameOf(place), tenant]));
  const file = join(folder, 'tenants.json');
  writeFileSync(file, JSON.stringify({ tenants }));
  return file;
}

/** A ledger as live syncs leave it, every fiftieth tenant with a window that waits, every hundredth with a gap. */
async function fill(url: string, { tenants, windows }: Flags): Promise<void> {
  const client = new PostgresClient({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `insert into cxone.sync_window (tenant, window_start, window_end, read_by, skill_ids, campaign_ids,
         media_type_ids, status, attempt, workflow_id, run_id, started_at, closed_at, parked_at, parked_code)
       select 'tenant-' || t, now() - (w + 1) * interval '5 minutes', now() - w * interval '5 minutes', 'update',
         '{}', '{}', '{}', case when parked then 'running' when failed then 'failed' else 'complete' end, 1,
         'sync-window:' || t || ':' || w, 'run', now(), case when not parked then now() end,
         case when parked then now() end, case when parked then 'AgentsForbidden' end
       from generate_series(0, $1::int - 1) t, generate_series(0, $2::int - 1) w,
         lateral (select t % 50 = 0 and w = 0 as parked, t % 20 = 0 and w = 1 as failed) x`,
      [tenants, windows],
    );
    await client.query(
      `insert into cxone.watermark (tenant, stream, value)
       select 'tenant-' || t, 'contacts', now() from generate_series(0, $1::int - 1) t`,
      [tenants],
    );
    await client.query(
      `insert into cxone.live_gap (tenant, gap_start, gap_end, begun_start, begun_end)
       select 'tenant-' || t, now() - interval '9 days', now(), now() - interval '9 days', now()
       from generate_series(0, $1::int - 1, 100) t`,
      [tenants],
    );
    await client.query('analyze');
  } finally {
    await client.end();
  }
}

run(main);
