-- How many requests were sent to CXone when: the table of rate-limiter-flexible, whose columns and order these are. It
-- inserts by position, forgets what has expired by itself, and takes points as counts of whatever the key says.
create table cxone.quota (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
