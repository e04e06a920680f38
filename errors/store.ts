import { type ErrorRow, ordinary } from './error-row';

/** PostgreSQL, and what is kept there of a run. `DatabaseConflict` covers deadlocks, lost races and time-outs. */
export const storeErrors = {
  DatabaseUnavailable: {
    kind: 'retryable',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'PostgreSQL cannot be reached',
    remedy: 'Check that the server of DATABASE_URL is running and reachable.',
  },
  DatabaseConnectionsUsedUp: {
    kind: 'retryable',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'PostgreSQL takes no more connections',
    remedy:
      'Raise max_connections of the server, or the limit of the role or database; a worker holds up to 16. It is tried again.',
  },
  DatabasePoolerRefused: {
    kind: 'retryable',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'Something between here and PostgreSQL, such as PgBouncer, refused what was sent',
    remedy:
      'See its log. PgBouncer: pool_mode has to be session, and max_client_conn and the pool large enough (16 for a worker).',
  },
  DatabaseNotMigrated: {
    kind: 'operator',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'The database lacks a table or column',
    remedy: 'Run: cxone-sync migrate',
  },
  DatabaseRefused: {
    kind: 'operator',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'PostgreSQL refused the connection or the privilege',
    remedy:
      'Check user, password, database name and TLS in DATABASE_URL, and the rights of that user on schema cxone.',
  },
  DatabaseFull: {
    kind: 'operator',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'PostgreSQL has no disk space left',
    remedy: 'Free or add disk space on the database server.',
  },
  DatabaseConflict: {
    kind: 'retryable',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'PostgreSQL gave up waiting for other work',
    remedy: 'Nothing to do: it is tried again.',
  },
  DatabaseError: {
    kind: 'operator',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'PostgreSQL reported an error',
    remedy: 'Look up the SQLSTATE in the log of the database server.',
  },
  PageMissing: {
    kind: 'permanent',
    scope: 'window',
    resume: 'none',
    ...ordinary,
    message: 'A landed page is not there',
    remedy: 'It may have been pruned: start the window again.',
  },
  WindowNotHeld: {
    kind: 'permanent',
    scope: 'window',
    resume: 'none',
    ...ordinary,
    message: 'The window is not this run’s any more',
    remedy: 'Nothing to do: the later run of the same window counts.',
  },
  ExtractionNotHeld: {
    kind: 'permanent',
    scope: 'job',
    resume: 'step',
    ...ordinary,
    message: 'The extraction job is not this run’s any more',
    remedy: 'Nothing to do: the run asks for another job.',
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;
