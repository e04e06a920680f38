-- What status asks for at every look, among millions of windows that are complete.
create index sync_window_parked on cxone.sync_window (tenant, parked_at)
  where status = 'running' and parked_at is not null;
create index sync_window_not_whole on cxone.sync_window (tenant, closed_at)
  where status in ('failed', 'incomplete') and closed_at is not null;
