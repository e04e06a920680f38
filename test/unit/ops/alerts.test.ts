import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ownMetrics, sdkMetrics, serverMetrics } from './exported-metrics';
import { repository, textOf } from './compose-file';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleTest {
  readonly name: string;
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
}

const { groups } = parse(textOf('ops', 'prometheus', 'alerts.yml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap(({ rules: ofGroup }) => ofGroup).map((rule) => [rule.alert, rule] as const);
const tests = ['alerts.test.yml', 'alerts-over-days.test.yml'].flatMap((file) => {
  const content = parse(textOf('ops', 'prometheus', file)) as { readonly tests: readonly RuleTest[] };
  return content.tests;
});

/** Where a Markdown page can be linked to: its headings as GitHub names them. */
const anchors = [...textOf('docs', 'runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-'),
);

const known: Readonly<Record<string, readonly string[]>> = {
  ...ownMetrics,
  ...sdkMetrics,
  ...serverMetrics,
};
const functions = new Set(['label_replace']);

/** The names with an underscore in an expression, texts and labels left out: metrics, as no metric of ours has none. */
function metricsIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(?:by|on) \([^)]*\)/g, '');
  return [...new Set([...bare.matchAll(/\b[a-z]+_\w+/g)].map(([name]) => name))].filter(
    (name) => !functions.has(name),
  );
}

describe('the alert rules', () => {
  it('report what can go wrong without a failing run', () => {
    expect(rules.length).toBeGreaterThanOrEqual(10);
    expect(new Set(rules.map(([name]) => name)).size).toBe(rules.length);
  });

  it.each(rules)('%s says what is wrong, how bad it is, and where to read on', (name, rule) => {
    expect(['info', 'warning', 'critical']).toContain(rule.labels['severity']);
    expect(rule.annotations['summary']).toMatch(/\w/);
    expect(rule.annotations['description']).toMatch(/\w/);
    const [page, anchor] = (rule.annotations['runbook_url'] ?? '').split('#');
    expect(page).toBe('docs/runbook.md');
    expect(anchor).toBe(name.toLowerCase());
    expect(anchors).toContain(anchor);
  });

  it.each(rules)('%s asks for metrics that exist', (_name, { expr }) => {
    const names = metricsIn(expr);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !(name in known))).toEqual([]);
  });

  it.each(rules)('%s groups by labels that its metrics have', (_name, { expr, annotations }) => {
    const labels = new Set(metricsIn(expr).flatMap((name) => known[name] ?? []));
    const used = [
      ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */)),
      ...[...expr.matchAll(/(\w+)(?:=|!=|=~)"/g)].map(([, label = '']) => label),
      ...[
        ...Object.values(annotations)
          .join(' ')
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, label = '']) => label),
    ];
    expect(used.filter((label) => !labels.has(label))).toEqual([]);
  });

  it.each(rules)('%s is tested in a case where it fires and one where it does not', (name) => {
    const cases = tests.flatMap(({ alert_rule_test: ofTest }) => ofTest);
    const ofRule = cases.filter(({ alertname }) => alertname === name);
    expect(ofRule.some(({ exp_alerts: fired }) => fired.length > 0)).toBe(true);
    expect(ofRule.some(({ exp_alerts: fired }) => fired.length === 0)).toBe(true);
  });

  it('are tested by names that exist', () => {
    const names = tests.flatMap(({ alert_rule_test: ofTest }) => ofTest.map(({ alertname }) => alertname));
    expect(names.filter((name) => !rules.some(([known_]) => known_ === name))).toEqual([]);
  });

  it('are loaded by the Prometheus of the compose file', () => {
    const { rule_files: [file = ''] = [] } = parse(textOf('ops', 'prometheus.yml')) as {
      readonly rule_files?: readonly string[];
    };
    expect(textOf('docker-compose.yml')).toContain(`./ops/prometheus/alerts.yml:${file}:ro`);
  });
});

describe('docs/deploying.md', () => {
  it('describes every metric of ours, with its labels, and no other', () => {
    const rows = [...textOf('docs', 'deploying.md').matchAll(/^\| `(cxone_\w+)` +\| ([^|]*)\|/gm)];
    const described = rows.map(([, name, labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    ]);
    expect(Object.fromEntries(described)).toEqual(ownMetrics);
  });
});

const promtool = process.env['PROMTOOL'] || 'promtool';
const found = spawnSync(promtool, ['--version']).status === 0;
const ci = process.env['CI'] === 'true';

// On a developer's machine without it the tests of the rules show as skipped; where changes are accepted they must run.
(found || ci ? it : it.skip)('promtool accepts the rules, and they fire when they should', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'tools', 'alerts.mjs')], {
    encoding: 'utf8',
  });
  expect(`${stdout}${stderr}`).not.toContain('FAILED');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`${rules.length} rules found`);
});

it('without promtool says where to get it, and fails', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(repository, 'tools', 'alerts.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, PROMTOOL: '/nowhere/promtool' },
  });
  expect(status).toBe(1);
  expect(stderr).toContain('apt-get install prometheus');
});
