import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { describe, readFaultRules, readTenants, type Recorder, startSimulator } from '../simulator';
import { CommandError, exitStatus } from './command/exit-status';
import { wholeNumber } from './command/flags';
import { untilStopped } from './command/until-stopped';

interface SimulatorFlags {
  readonly host: string;
  readonly port: number;
  readonly mediaPort: number;
  readonly seed: number;
  readonly contactsPerDay: number;
  readonly agents?: number;
  readonly loggedShare?: number;
  readonly recorder?: Recorder;
  readonly mediaQuota: boolean;
  readonly tokenLifetime?: number;
  readonly extractionSpacing?: number;
  readonly tenants?: string;
  readonly faults?: string;
}

/** `cxone-sync simulator`: a CXone that runs on a laptop (docs/simulator.md). */
export function addSimulatorCommand(program: Command): void {
  program
    .command('simulator')
    .description(
      'Run a simulated CXone; prints one JSON line with its addresses and credentials once it listens',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port of the API; 0 takes any free one', wholeNumber(0, 65_535), 0)
    .option('--media-port <n>', 'port of the file host; 0 takes any free one', wholeNumber(0, 65_535), 0)
    .option('--seed <n>', 'the same seed gives the same data', wholeNumber(0), 1)
    .option('--contacts-per-day <n>', 'contacts of a day', wholeNumber(0), 10_000)
    .option('--agents <n>', 'agents of the business unit', wholeNumber(1))
    .option('--logged-share <0..1>', 'share of phone calls that are recorded', share)
    .addOption(
      new Option(
        '--recorder <name>',
        'legacy: isLogged is true of exactly the recorded calls; cxone: it is false of every call (default: legacy)',
      ).choices(['legacy', 'cxone']),
    )
    .option('--no-media-quota', 'lift the limit of 150 Media Playback queries per 5 minutes')
    .option('--token-lifetime <seconds>', 'life of an access token', wholeNumber(1))
    .option('--extraction-spacing <seconds>', 'least time between two extraction jobs', wholeNumber(0))
    .option('--tenants <file>', 'JSON file with several tenants, see docs/simulator.md')
    .option('--faults <file>', 'JSON file with faults to show, see docs/simulator.md')
    .addHelpText(
      'after',
      '\nExample:\n  npx cxone-sync simulator --port 4010 --media-port 4011 --contacts-per-day 5000',
    )
    .action(async (flags: SimulatorFlags) => {
      const simulator = await startSimulator({
        host: flags.host,
        port: flags.port,
        mediaPort: flags.mediaPort,
        seed: flags.seed,
        contactsPerDay: flags.contactsPerDay,
        ...(flags.agents === undefined ? {} : { agents: flags.agents }),
        ...(flags.loggedShare === undefined ? {} : { loggedShare: flags.loggedShare }),
        ...(flags.recorder === undefined ? {} : { recorder: flags.recorder }),
        ...(flags.mediaQuota ? {} : { mediaQuota: 'off' as const }),
        ...(flags.tokenLifetime === undefined ? {} : { tokenLifetimeSeconds: flags.tokenLifetime }),
        ...(flags.extractionSpacing === undefined
          ? {}
          : { extractionSpacingSeconds: flags.extractionSpacing }),
        ...(flags.tenants === undefined
          ? {}
          : { tenants: readJsonFile('--tenants', flags.tenants, readTenants) }),
        ...(flags.faults === undefined
          ? {}
          : { faults: readJsonFile('--faults', flags.faults, readFaultRules) }),
      }).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new CommandError(exitStatus.badInput, `The simulator cannot start: ${reason}`, 'BadInput');
      });
      process.stdout.write(`${JSON.stringify(describe(simulator))}\n`);
      await untilStopped();
      await simulator.close();
    });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new CommandError(
    exitStatus.badInput,
    `"${text}" is not a share: expected a number from 0 to 1`,
    'BadInput',
  );
}

/** Reads a file that a flag names. The simulator says itself what it wants to find there. */
function readJsonFile<T>(flag: string, path: string, read: (value: unknown) => T): T {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(exitStatus.badInput, `${flag} ${path}: ${reason}`, 'BadInput');
  }
}
