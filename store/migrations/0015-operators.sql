-- How often somebody has signed in to a tenant's CXone anew, after mending something: what a worker learnt before (that
-- the credentials are refused, what a token may see) counts no more when the number has grown since.
create table cxone.sign_in (
  tenant text primary key,
  anew bigint not null,
  at timestamptz not null default now()
);

-- Times whose changes CXone could not tell any more when the live sync came to them, so that a backfill was begun to read
-- them by start. It is filled when windows that were begun after it was found are complete without a hole. begun_*: the
-- backfill that was begun last, whose id its range tells. given_up_at: when that one was found cancelled by a person.
create table cxone.live_gap (
  tenant text not null,
  gap_start timestamptz not null,
  gap_end timestamptz not null,
  found_at timestamptz not null default now(),
  begun_start timestamptz not null,
  begun_end timestamptz not null,
  begun_at timestamptz not null default now(),
  given_up_at timestamptz,
  filled_at timestamptz,
  primary key (tenant, gap_start),
  check (gap_start < gap_end)
);
