-- What clocks said when the live sync of a tenant last asked for the time, and which time it went by: the earliest of
-- CXone's word, the header of its answer and our own clock plus 15 minutes. latest_clock: the latest it ever went by.
create table cxone.source_clock (
  tenant text primary key,
  last_poll_time timestamptz,
  date_header timestamptz,
  own_clock timestamptz not null,
  clock timestamptz not null,
  latest_clock timestamptz not null
);

-- A watermark that lay ahead of CXone's clock was set by a clock that was wrong: from where it went back, to where, when.
alter table cxone.watermark add column set_back_from timestamptz;
alter table cxone.watermark add column set_back_to timestamptz;
alter table cxone.watermark add column set_back_at timestamptz;

-- Where a window by update ended in truth, when CXone's clock had not come as far as the end that was asked for.
alter table cxone.sync_window add column read_to timestamptz;
