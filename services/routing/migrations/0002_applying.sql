-- Versions of calendars and playbooks that were applied and that not every open case was moved to yet: which, and after
-- which complaint it goes on.
create table applying (
    organisation text not null,
    cause uuid not null,
    kind text not null check (kind in ('calendar', 'playbook')),
    id text not null,
    version integer not null,
    after uuid,
    since timestamptz not null default now(),
    primary key (organisation, cause)
);

-- The open cases by complaint: what a version is previewed on and applied to, page by page.
create index case_line_open on case_line (organisation, complaint) where closed_at is null;
