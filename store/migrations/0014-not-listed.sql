-- Calls that the interaction metadata does not list with a recording; for a while they are compared with what it lists now.
create index recording_not_listed on cxone.recording (tenant, updated_at)
  where status = 'absent' and last_error_code = 'NotListed';
