import { createAnswerKeeper } from '../../../activities/answer-keeper';
import type { RefusedAnswer } from '../../../cxone';
import type { ApiError } from '../../../store';

const answer: RefusedAnswer = {
  family: 'contacts',
  status: 400,
  code: 'BadRequest',
  correlationId: undefined,
  text: 'Jane Roe',
};
const dayMs = 86_400_000;

/** A keeper over a table that holds what it gets; `write` stands for the write to it. */
function environment(write: () => Promise<boolean> = async () => true) {
  const given = { now: Date.UTC(2026, 0, 1), kept: [] as ApiError[], pruned: [] as Date[], errors: 0 };
  const keeper = createAnswerKeeper({
    errors: {
      async keep(error) {
        const isKept = await write();
        if (isKept) given.kept.push(error);
        return isKept;
      },
      async prune(before) {
        given.pruned.push(before);
        return 0;
      },
    },
    now: () => given.now,
    onError: () => {
      given.errors += 1;
    },
  });
  return { given, keeper };
}

it('writes an answer behind the request, under the id it has said', async () => {
  const { given, keeper } = environment();
  const id = keeper.forTenant('acme')({ ...answer, correlationId: 'c' });
  expect(id).toMatch(/^[0-9a-f]{12}$/);
  expect(given.kept).toEqual([]);
  await keeper.settle();
  expect(given.kept).toEqual([
    {
      errorId: id,
      tenant: 'acme',
      family: 'contacts',
      status: 400,
      code: 'BadRequest',
      correlationId: 'c',
      answer: 'Jane Roe',
    },
  ]);
});

it('takes five a minute of a tenant and code, and refers later ones to the last that is kept', async () => {
  const { given, keeper } = environment();
  const keep = keeper.forTenant('acme');
  const ids: (string | undefined)[] = [];
  for (let turn = 0; turn < 1_000; turn += 1) {
    ids.push(keep(answer));
    await keeper.settle();
  }
  expect(given.kept.map(({ errorId }) => errorId)).toEqual(ids.slice(0, 5));
  expect(new Set(ids.slice(4))).toEqual(new Set([ids[4]]));
  // An answer that differs is not covered by its id.
  expect(keep({ ...answer, status: 409 })).toBeUndefined();
  expect(keep({ ...answer, code: 'NotFound' })).toBeDefined();
  expect(keeper.forTenant('bravo')(answer)).toBeDefined();
  given.now += 60_000;
  expect(keep(answer)).toBeDefined();
  await keeper.settle();
});

it('has four writes under way at most, so that a slow database holds nothing up', async () => {
  let release = (_isKept: boolean): void => undefined;
  const slow = new Promise<boolean>((resolve) => {
    release = resolve;
  });
  const { given, keeper } = environment(() => slow);
  const tenants = Array.from({ length: 50 }, (_, n) => keeper.forTenant(`tenant-${n}`)(answer));
  expect(tenants.filter((id) => id !== undefined)).toHaveLength(4);
  release(true);
  await keeper.settle();
  expect(given.kept).toHaveLength(4);
});

it('leaves a code alone for a while when the table has enough of it', async () => {
  let asked = 0;
  const { given, keeper } = environment(async () => {
    asked += 1;
    return false;
  });
  const keep = keeper.forTenant('acme');
  keep(answer);
  await keeper.settle();
  given.now += 9 * 60_000;
  expect(keep(answer)).toBeUndefined();
  given.now += 60_000;
  expect(keep(answer)).toBeDefined();
  await keeper.settle();
  expect(asked).toBe(2);
  expect(keep(answer)).toBeUndefined();
});

it('goes on when the database does not take it', async () => {
  const { given, keeper } = environment(async () => {
    throw new Error('away');
  });
  expect(keeper.forTenant('acme')(answer)).toBeDefined();
  await keeper.settle();
  expect(given.errors).toBe(1);
});

it('clears away what is older than 30 days, once an hour', async () => {
  const { given, keeper } = environment();
  const keep = keeper.forTenant('acme');
  for (const pause of [0, 60_000, 3_540_000]) {
    given.now += pause;
    keep(answer);
    await keeper.settle();
  }
  expect(given.pruned).toEqual([
    new Date(Date.UTC(2026, 0, 1) - 30 * dayMs),
    new Date(Date.UTC(2026, 0, 1) + 3_600_000 - 30 * dayMs),
  ]);
});
