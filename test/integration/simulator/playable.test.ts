import { type Browser, chromium, type Page } from 'playwright-core';
import { type Simulator, startSimulator } from '../../../simulator';
import { obtainChromium, withoutChromium } from '../../setup/chromium';
import { type Answer, ask, dayWindow, simulatedNow, parse, Reader } from '../../unit/simulator/client';

const executablePath = obtainChromium();
if (executablePath === undefined) process.stderr.write(`\n${withoutChromium}\n\n`);

describe('the browser', () => {
  it('is there, at least where CI runs', () => {
    // Elsewhere the tests below count as skipped, and what is missing has been said.
    if (process.env['CI'] && executablePath === undefined) throw new Error(withoutChromium);
  });
});

/** A page with what a listener does. */
const player = `<script>
  const once = (target, ...names) =>
    new Promise((resolve) => names.forEach((name) => target.addEventListener(name, resolve, { once: true })));
  async function play(source) {
    const audio = new Audio(source);
    audio.playbackRate = 8;
    const over = once(audio, 'ended', 'error');
    await audio.play();
    await over;
    const { duration, ended, currentTime, error } = audio;
    return { duration, ended, currentTime, error: error && error.message };
  }
  async function listen(source) {
    const file = await (await fetch(source)).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 8000, 8000).decodeAudioData(file);
    return [...sound.getChannelData(0)];
  }
  async function seek(source, seconds) {
    const audio = new Audio(source);
    await once(audio, 'loadedmetadata');
    audio.currentTime = seconds;
    await once(audio, 'seeked');
    return audio.currentTime;
  }
</script>`;

/** The outcome of playing a file; times in seconds. */
interface Played {
  readonly duration: number;
  readonly currentTime: number;
  readonly ended: boolean;
  readonly error: string | null;
}

const withBrowser = executablePath === undefined ? describe.skip : describe;

withBrowser('a recording of the simulator, in Chromium', () => {
  const bytes = 48_000;
  let simulator: Simulator;
  let browser: Browser;
  let page: Page;
  let url: string;
  let file: Answer;
  beforeAll(async () => {
    simulator = await startSimulator({
      ...{ contactsPerDay: 60, clock: () => simulatedNow, mediaBytes: { min: bytes, max: bytes } },
    });
    const { recordings = [] } = simulator.truth({ ...dayWindow, recordings: true });
    const call = `/media-playback/v1/contacts?acd-call-id=${recordings[0]?.masterContactId}&isDownload=true`;
    ({ redirectUrl: url } = parse(await (await Reader.of(simulator)).get(call)) as { redirectUrl: string });
    file = await ask(url);
    browser = await chromium.launch({
      executablePath: executablePath as string,
      args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
    });
    page = await browser.newPage();
    // A page of the files' own origin may read them, too.
    await page.route('**/player', (route) => route.fulfill({ contentType: 'text/html', body: player }));
    await page.goto(`${simulator.mediaAddress}/player`);
  });
  afterAll(async () => {
    await browser?.close();
    await simulator?.close();
  });

  const inPage = <Result>(call: string): Promise<Result> => page.evaluate<Result>(call);

  it('plays to its end: a second for every 8,000 bytes', async () => {
    const played = await inPage<Played>(`play(${JSON.stringify(url)})`);
    expect(played).toMatchObject({ ended: true, error: null, currentTime: played.duration });
    expect(played.duration).toBeGreaterThan(5.9);
    expect(played.duration).toBeLessThanOrEqual(bytes / 8_000);
    expect([file.headers['content-type'], file.body.length]).toEqual(['video/mp4', bytes]);
  });

  it('can be heard: tones, neither silence nor noise', async () => {
    const samples = await inPage<readonly number[]>(`listen(${JSON.stringify(url)})`);
    const mean = (of: (sample: number, before: number) => number): number =>
      samples.reduce((sum, sample, i) => sum + of(sample, samples[i - 1] ?? 0), 0) / samples.length;
    const power = mean((sample) => sample ** 2);
    expect(Math.sqrt(power)).toBeGreaterThan(0.05);
    // From one sample to the next a tone changes little; white noise has 2 here.
    expect(mean((sample, before) => (sample - before) ** 2) / power).toBeLessThan(0.5);
  });

  it('can be entered anywhere: a player that seeks reads the rest by range', async () => {
    simulator.journal.clear();
    expect(await inPage<number>(`seek(${JSON.stringify(url)}, 5)`)).toBe(5);
    expect(simulator.journal.count({ family: 'file', status: 206 })).toBeGreaterThan(0);
  });
});
