-- A message may be about a report, which belongs to the organisation and to no complaint.
alter table delivery add column about text not null default 'complaint' check (about in ('complaint', 'organisation'));
