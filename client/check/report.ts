import { type CheckReport, type CheckResult, isFailure } from './check';
import { escapeHtml, htmlList } from './html';
import { words, type Words } from './report-words';

/** Whose report it is, and of when. */
export interface ReportHeading {
  /** The tenant's name in the tenants file. */
  readonly tenant: string;
  /** Epoch ms. */
  readonly at: number;
}

/**
 * The findings as one HTML page for the customer: what to change first, and where; then what could not be seen, what
 * no setting asks for, and what is in order. It needs nothing from elsewhere, runs nothing, and shows no secret: findings
 * hold none, and all their text is escaped.
 */
export function reportPage({ checks }: CheckReport, { tenant, at }: ReportHeading): string {
  const changes = checks.filter(isFailure);
  const open = checks.filter(({ status, need }) => status === 'unknown' && need !== 'optional');
  const unasked = checks.filter(({ status, need }) => status !== 'ok' && need === 'optional');
  const fine = checks.filter(({ status }) => status === 'ok');
  const date = new Date(at).toISOString();
  const title = `CXone set-up of ${tenant}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="when">Checked on ${date.slice(0, 10)} at ${date.slice(11, 16)} UTC, by reading only: nothing was stored or changed.</p>
<p class="verdict ${changes.length > 0 ? 'bad' : 'good'}">${verdict(changes.length, open.length)}</p>
${section('Please change', changes, card)}
${section('Could not be seen yet', open, card)}
${section('Not needed for what was agreed', unasked, card, 'Nothing to do here, unless you want what stands below.')}
${section('In order', fine, line)}
</main>
</body>
</html>
`;
}

function verdict(changes: number, open: number): string {
  if (changes === 1) return 'One thing is missing.';
  if (changes > 1)
    return `${changes} things are missing. Please begin with the first: those below it may have the same cause.`;
  return open === 0
    ? 'Everything that we need is in order.'
    : 'Nothing is missing, as far as it can be seen today.';
}

type Draw = (result: CheckResult, words: Words) => string;

function section(title: string, results: readonly CheckResult[], draw: Draw, note = ''): string {
  if (results.length === 0) return '';
  const items = results.map((result) => draw(result, words[result.name] ?? unknown(result)));
  const intro = note === '' ? '' : `<p>${note}</p>\n`;
  return `<section><h2>${title}</h2>\n${intro}${items.join('\n')}\n</section>`;
}

const card: Draw = (result, { title, purpose, requests }) => {
  const { status, code, message } = result;
  const request = requests.find(
    ({ codes }) => codes === undefined || (code !== undefined && codes.includes(code)),
  );
  const mark = isFailure(result) ? 'bad' : 'open';
  return `<article class="${mark}">
<h3>${escapeHtml(title)}</h3>
<p>${escapeHtml(purpose)}</p>
${request === undefined ? `<p class="ours">${oursToDo(result)}</p>` : htmlList('ol', request.steps)}
<p class="detail">${escapeHtml(status === 'failed' && code !== undefined ? `${code}: ${message}` : message)}</p>
</article>`;
};

const line: Draw = ({ message }, { title }) =>
  `<p class="fine"><strong>${escapeHtml(title)}.</strong> <span>${escapeHtml(message)}</span></p>`;

/** What no customer can change. */
function oursToDo({ status, code }: CheckResult): string {
  if (code === 'NotReached') return 'Seen once what comes before it is in order.';
  return status === 'failed'
    ? 'Nothing for you to change: we look into it.'
    : 'Nothing for you to change: we check again.';
}

const unknown = ({ name }: CheckResult): Words => ({ title: name, purpose: '', requests: [] });

const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f5f7; color: #1c2733; font: 16px/1.5 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.2rem 0 .7rem; font-size: 1.1rem; }
h3 { margin: 0; font-size: 1.05rem; }
p, ol { margin: .45rem 0 0; }
ol { padding-left: 1.4rem; }
li { margin-top: .3rem; }
.when, .detail { color: #55616d; font-size: .875rem; }
.verdict { margin-top: 1rem; padding: .7rem 1rem; border-radius: 6px; font-weight: 600; }
.verdict.bad { background: #fdecea; color: #8c1d18; }
.verdict.good { background: #e6f4ea; color: #14532d; }
article { margin-top: .8rem; padding: 1rem 1.15rem; background: #fff; border: 1px solid #dde2e7; border-left: 4px solid #8a96a3; border-radius: 6px; }
article.bad { border-left-color: #c5221f; }
.detail { margin-top: .8rem; padding-top: .55rem; border-top: 1px solid #eceff2; font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .8rem; }
.fine { padding-left: 1.4rem; text-indent: -1.4rem; }
.fine::before { content: '\\2713'; display: inline-block; width: 1.4rem; text-indent: 0; color: #1e7e34; font-weight: 700; }
.fine span { color: #55616d; }
@media print { body { background: #fff; } article, .verdict { break-inside: avoid; } main { padding: 0; } }
`;
