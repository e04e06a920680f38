import fc from 'fast-check';
import { estimate, type EstimateOptions } from '../../../../client/plan/estimate';
import { cut, type Range } from '../../../../client/plan/ranges';
import type { Survey } from '../../../../client/plan/survey';
import { planText } from '../../../../client/plan/table';

const dayMs = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const days = (count: number): Range => ({ from: new Date(start), to: new Date(start + count * dayMs) });
const sampled = { contacts: 500, calls: 400, likelyCalls: 300, seconds: 300, jsonBytes: 1_400 };

const options = (range: Range, changes: Partial<EstimateOptions> = {}): EstimateOptions => ({
  range,
  windowMs: dayMs,
  pageSize: 1_000,
  recordings: true,
  media: { requests: 150, perSeconds: 300 },
  ...changes,
});

/** A survey of stretches of 30 days, with `perDay` contacts a day, half of them logged, and four in five recordable. */
function surveyOf(range: Range, perDay: number, agents = 120): Survey {
  const counted = cut(range, 30 * dayMs).map(({ from, to }) => {
    const contacts = Math.round(((to.getTime() - from.getTime()) / dayMs) * perDay);
    const recordable = Math.floor(contacts * 0.8);
    return { from, to, filter: {}, contacts, logged: Math.floor(contacts / 2), recordable };
  });
  return { counted, sampled, agents };
}

describe('a plan', () => {
  it('reckons windows, requests, hours and bytes from counts and a sample', () => {
    const plan = estimate(surveyOf(days(30), 10_000), options(days(30)));
    expect(plan).toMatchObject({
      windows: 30,
      contacts: 300_000,
      loggedContacts: 150_000,
      recordableContacts: 240_000,
      // 0.8 calls a contact; three in four probably have a recording, the others wait until quota is left.
      calls: 144_000,
      unlikelyCalls: 48_000,
      requests: {
        contacts: 30 * 11,
        contactsAtMost: 300 + 60,
        agents: 30,
        media: 144_000,
        mediaWhenIdle: 48_000,
      },
      bytes: { database: 210_000_000, landing: 50_400_000, recordings: 240_000 * 300 * 8_000 },
    });
    expect(plan.mediaHours).toBeCloseTo(144_000 / 0.5 / 3_600, 6);
    expect(plan.mediaIdleHours).toBeCloseTo(48_000 / 0.5 / 3_600, 6);
  });

  it('needs a page and a count for a window with nothing in it', () => {
    const empty: Survey = {
      counted: [{ ...days(3), filter: {}, contacts: 0, logged: 0, recordable: 0 }],
      sampled: null,
      agents: 0,
    };
    const plan = estimate(empty, options(days(3)));
    expect(plan).toMatchObject({ calls: 0, mediaHours: 0, bytes: { database: 0, recordings: 0 } });
    expect(plan.requests).toEqual({ contacts: 6, contactsAtMost: 6, agents: 3, media: 0, mediaWhenIdle: 0 });
  });

  it('reckons a range shorter than its window as one window', () => {
    const hour = { from: new Date(start), to: new Date(start + dayMs / 24) };
    const survey: Survey = {
      counted: [{ ...hour, filter: {}, contacts: 400, logged: 0, recordable: 0 }],
      sampled,
      agents: 5,
    };
    expect(estimate(survey, options(hour))).toMatchObject({ windows: 1, requests: { contacts: 2 } });
  });

  it('reads each window once for every filter', () => {
    const counted = [1, 2].map((skillId) => ({
      ...days(2),
      filter: { skillId },
      contacts: 100,
      logged: 0,
      recordable: 0,
    }));
    const plan = estimate({ counted, sampled, agents: 1 }, options(days(2)));
    expect(plan.requests).toMatchObject({ contacts: 8, contactsAtMost: 8 });
  });

  it('has neither playback queries nor bytes of recordings when they are off', () => {
    const plan = estimate(surveyOf(days(1), 1_000), options(days(1), { recordings: false }));
    expect(plan).toMatchObject({ calls: 0, mediaHours: 0, requests: { media: 0 }, bytes: { recordings: 0 } });
  });

  it('takes a larger quota into account', () => {
    const media = { requests: 600, perSeconds: 300 };
    const [usual, more] = [{}, { media }].map((change) =>
      estimate(surveyOf(days(1), 1_000), options(days(1), change)),
    );
    expect(more?.mediaHours).toBeCloseTo((usual?.mediaHours ?? 0) / 4, 9);
  });

  it('never says more requests than its bound, nor fewer than the pages there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 50_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.constantFrom(dayMs / 24, dayMs / 2, dayMs, 7 * dayMs, 45 * dayMs),
        (length, perDay, pageSize, windowMs) => {
          const range = days(length);
          const { requests, contacts, windows } = estimate(
            surveyOf(range, perDay),
            options(range, { pageSize, windowMs }),
          );
          expect(requests.contacts).toBeGreaterThanOrEqual(Math.floor(contacts / pageSize));
          expect(requests.contactsAtMost).toBeGreaterThanOrEqual(Math.max(windows, contacts / pageSize));
          expect(requests.contacts).toBeLessThanOrEqual(requests.contactsAtMost);
        },
      ),
    );
  });
});

describe('the table of a plan', () => {
  it('states every assumption beside the figures', () => {
    const lines = planText(estimate(surveyOf(days(30), 10_000), options(days(30))), '1d');
    const text = lines.join('\n');
    expect(text).toContain('windows     30 of 1d');
    expect(text).toContain(
      'contacts    300,000, of these 150,000 logged and 240,000 that may have a recording (counted by CXone)',
    );
    expect(text).toContain('Media Playback 144,000: 80 h (3.3 days) under the tenant’s quota');
    expect(text).toContain('and 48,000, 26.7 h, when quota is left');
    expect(text).toContain('recordings  576.00 GB at 8,000 bytes a second of call');
    expect(text).toMatch(/assuming +300 s and 1\.4 kB of JSON a contact \(means of 500 sampled\)/);
  });
});
