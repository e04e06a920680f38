-- Tenants whose entry in the workers' tenants file is not in order, and what is wrong, as the worker that started last has
-- found it: status shows it wherever it is typed. Settings of ours, no secret and nothing of CXone.
create table cxone.misconfigured_tenant (
  tenant text primary key,
  problems text[] not null,
  noted_at timestamptz not null default now()
);
