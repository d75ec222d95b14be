-- Money, escalations and how fresh the figures are. One row an organisation says the time of the last event that was
-- folded in: asking all cases for it would be a scan.
alter table case_fact
    add column executed_fen bigint,
    add column escalations integer not null default 0;

create table ledger_as_of (
    organisation text        not null primary key,
    as_of        timestamptz not null
);
insert into ledger_as_of (organisation, as_of) select organisation, max(as_of) from case_fact group by organisation;

-- Pages are read newest first by (registered_at, complaint); an index has to have both in one direction.
drop index case_fact_by_registration;
create index case_fact_pages on case_fact (organisation, registered_at, complaint);
create index case_fact_of_department on case_fact (organisation, department, registered_at, complaint);
create index case_fact_of_category on case_fact (organisation, category, registered_at, complaint);
drop index breach_by_due;
create index breach_pages on breach (organisation, due, clock);
create index breach_of_department on breach (organisation, department, due, clock);
drop index stage_time_by_stage;
create index stage_time_by_left on stage_time (organisation, left_at) where left_at is not null;
