import type { Logger as TemporalLogger, LogLevel } from '@temporalio/common';
import type { Logger } from 'pino';

/** What Temporal's SDK may add to a line of our log: names and ids, never a payload. */
const shown = new Set([
  'workflowId',
  'workflowType',
  'runId',
  'activityId',
  'activityType',
  'attempt',
  'taskQueue',
  'namespace',
  'durationMs',
  'sdkComponent',
  'identity',
  'holder',
]);

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Sends what Temporal's SDK logs into ours, by an allow-list of fields (docs/architecture.md, invariant 9). */
export function temporalLogger(logger: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta?: Record<string | symbol, unknown>): void => {
    const fields: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(meta ?? {})) if (shown.has(key)) fields[key] = value;
    const error = meta?.['error'];
    if (error instanceof Error) fields['error'] = describe(error);
    logger[levels[level]](fields, message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/** Our failures have safe messages and a type; of anything else only the kind is shown. */
function describe(error: Error): {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
} {
  const code = 'type' in error && typeof error.type === 'string' ? error.type : undefined;
  return code === undefined ? { name: error.name } : { name: error.name, code, message: error.message };
}
