-- What reports count besides, and the reports themselves: each frozen when it was made. A rebuilding leaves them alone,
-- since a report says what was known then.
alter table case_fact
    add column kind text,
    add column liable text;

create table report (
    organisation text        not null,
    report       uuid        not null,
    playbook     text        not null,
    version      integer     not null,
    key          text        not null,
    label        jsonb       not null,
    complaint    uuid,
    period       text        not null,
    from_at      timestamptz not null,
    to_at        timestamptz not null,
    due          timestamptz not null,
    made_by      text[]      not null,
    receivers    text[]      not null,
    channel      text,
    contents     jsonb       not null,
    figures      jsonb       not null,
    cases        jsonb       not null,
    as_of        timestamptz,
    primary key (organisation, report)
);
create index report_pages on report (organisation, due, report);
