-- Answers of CXone that became errors, as they came, less tokens and keys: personal data, since an answer repeats whom a
-- request was about. Kept apart from everything that people read in passing (histories, logs, the ledger), for a month.
create table cxone.api_error (
  error_id text primary key,
  tenant text not null,
  at timestamptz not null default now(),
  family text not null,
  status integer not null,
  code text not null,
  correlation_id text,
  answer text not null
);

create index api_error_tenant on cxone.api_error (tenant, at desc);
create index api_error_at on cxone.api_error (at);
