-- A report is asked for when it falls due and made once everything is heard that had been said until then.
alter table report
    alter column figures drop not null,
    alter column cases drop not null;
create index report_asked on report (organisation, report) where figures is null;

-- Which cases of a playbook were open at some time of a period: those that were not closed before it.
create index case_fact_of_playbook on case_fact (
    organisation, split_part(playbook, '@', 1), coalesce(closed_at, 'infinity'::timestamptz)
);

-- Since when the ledger is being filled, and until when everything that was said is in it; null while it is built anew.
create table ledger_level (
    begun_at timestamptz not null default clock_timestamp(),
    level_at timestamptz
);
insert into ledger_level default values;
