import { readCode } from '../../../../errors';
import type { CheckReport, CheckResult } from '../../../../client/check/check';
import { reportPage } from '../../../../client/check/report';
import { words } from '../../../../client/check/report-words';
import type { FaultRule } from '../../../../simulator';
import { simulateTenant, type SimulatedTenant } from '../simulated-tenant';
import { checkUnder, names, now } from './checked';

const at = now();
const page = (...checks: readonly Partial<CheckResult>[]): string => {
  const all = checks.map((one): CheckResult => ({
    ...{ name: 'agents', need: 'required', status: 'ok', message: 'Seen.' },
    ...one,
  }));
  return reportPage({ ok: false, checks: all }, { tenant: 'acme', at });
};

/** What a reader sees, without tags. */
const textOf = (html: string): string => html.slice(html.indexOf('<body>')).replace(/<[^>]*>/g, ' ');
const sectionOf = (html: string, title: string): string =>
  html.split('<section>').find((part) => part.startsWith(`<h2>${title}</h2>`)) ?? '';

describe('the page for the customer', () => {
  let given: SimulatedTenant;
  beforeAll(async () => {
    given = await simulateTenant({ clock: now, mediaQuota: 'off', contactsPerDay: 300 });
  });
  afterAll(() => given.simulator.close());

  // `checkUnder` looks for secrets in it, whatever is found.
  const reportOf = async (...faults: readonly FaultRule[]): Promise<CheckReport> => checkUnder(given, faults);
  const pageOf = async (...faults: readonly FaultRule[]): Promise<string> =>
    reportPage(await reportOf(...faults), { tenant: 'acme', at });

  it('says that all is in order where it is, and what no setting asks for is no fault', async () => {
    const html = await pageOf({ name: 'sentimentsWithheld' });
    expect(html).toContain('Everything that we need is in order.');
    expect(sectionOf(html, 'Please change')).toBe('');
    expect(sectionOf(html, 'Not needed for what was agreed')).toContain(
      'Only if you have Interaction Analytics',
    );
  });

  it('says in numbered steps what to switch on, and where, in the menus of CXone', async () => {
    const html = await pageOf({ name: 'forbidden', match: { family: 'media' } });
    const change = sectionOf(html, 'Please change');
    expect(change).toContain('<h3>Recordings</h3>');
    expect(change).toMatch(
      /<li>In CXone: Admin &gt; Security Settings &gt; Roles &amp; Permissions .*Play Any/,
    );
    expect(change).toMatch(/<li>.*ask NICE to add the API &quot;Media Playback&quot;/);
    expect(change).toContain('MediaForbidden: CXone Media Playback answered with status 403');
    expect(sectionOf(html, 'Could not be seen yet')).toContain('Seen once what comes before it is in order.');
    expect(html).toContain('One thing is missing.');
  });

  it('asks nothing of the customer where there is nothing to change', async () => {
    const html = await pageOf({ name: 'status', match: { family: 'agents' }, args: { status: 503 } });
    expect(sectionOf(html, 'Please change')).toContain('Nothing for you to change: we look into it.');
  });

  it('does not speak of our tenants file, nor of the command line, in what it asks', () => {
    const said = JSON.stringify(words);
    for (const word of [
      'tenants file',
      'customer',
      'accessKeyId',
      'clientSecret',
      'mediaHosts',
      'cxone-sync',
      'apiVersion',
    ])
      expect(said).not.toContain(word);
  });

  it('has words for every check', () => {
    expect(Object.keys(words).toSorted()).toEqual(names.toSorted());
  });

  it.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='x", '&lt;b&gt;'])(
    'shows %s as text, wherever it stands',
    (evil) => {
      const html = reportPage(
        {
          ok: false,
          checks: [
            {
              name: 'agents',
              need: 'required',
              status: 'failed',
              code: readCode(evil),
              message: evil,
              remedy: evil,
            },
            { name: evil, need: 'required', status: 'unknown', message: evil },
            { name: 'contacts', need: 'required', status: 'ok', message: evil },
          ],
        },
        { tenant: evil, at },
      );
      expect(html).not.toContain(evil);
      expect(
        html.match(
          /<(?!\/?(?:html|head|meta|title|style|body|main|h[123]|p|section|article|ol|li|strong|span)\b|!doctype)/g,
        ),
      ).toBeNull();
      expect(
        html.match(/ on\w+=|javascript:/g)?.filter((found) => !evil.includes(found.trim())) ?? [],
      ).toEqual([]);
    },
  );

  it('has no control character that would come from elsewhere', () => {
    const html = page({ status: 'failed', message: 'a\u001b[2Jb\u202ec\u0000d' });
    expect(textOf(html)).toContain('a [2Jb c d');
  });

  it('needs nothing from elsewhere: no script, no link, no picture, no font', () => {
    const html = page({
      status: 'failed',
      code: 'HiddenAgents',
      message: 'The service user cannot see 3 agents.',
    });
    expect(html).not.toMatch(/<(?:script|link|img|iframe|object|form|a)\b|src=|href=|url\(|@import|https?:/i);
    expect(html).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'`);
  });

  it('counts what is missing, and asks to begin with the first', () => {
    const failed = { status: 'failed', code: 'AgentsForbidden' } as const;
    const html = page(
      failed,
      { ...failed, name: 'contacts' },
      { ...failed, name: 'sentiments', need: 'optional' },
    );
    expect(html).toContain('2 things are missing. Please begin with the first');
  });
});
