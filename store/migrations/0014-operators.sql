-- How often somebody has signed in to a tenant's CXone anew, after mending something: what a worker learnt before (that
-- the credentials are refused, what a token may see) counts no more when the number has grown since.
create table cxone.sign_in (
  tenant text primary key,
  anew bigint not null,
  at timestamptz not null default now()
);
