-- Routing's own tables: the work list, the list of cases, changes of the directory that open work waits for.

-- Open pieces of work, written in the transaction that decides on them. `due_order` puts what has no due time last.
create table work (
    organisation text not null,
    work uuid not null,
    complaint uuid not null,
    number text not null,
    visit uuid not null,
    epoch integer not null,
    task text not null,
    stage text not null,
    label_zh text not null,
    label_en text not null,
    department text not null,
    role text not null,
    secondary text,
    person text,
    instead_of text,
    queued text,
    due timestamptz,
    due_order timestamptz not null generated always as (coalesce(due, 'infinity'::timestamptz)) stored,
    level integer not null,
    category text,
    requested_at timestamptz not null,
    since timestamptz not null,
    primary key (organisation, work)
);
create index work_of_person on work (organisation, person, due_order, work) where person is not null;
create index work_of_department on work (organisation, department, due_order, work);
create index work_queued on work (organisation, department, due_order, work) where person is null;
create index work_by_due on work (organisation, due_order, work);
create index work_of_complaint on work (organisation, complaint);

-- One line a case.
create table case_line (
    organisation text not null,
    complaint uuid not null,
    number text not null,
    playbook text not null,
    playbook_version integer not null,
    channel text not null,
    category text,
    place text not null,
    stage text,
    label_zh text,
    label_en text,
    department text,
    level integer not null,
    instance integer not null,
    due timestamptz,
    due_order timestamptz not null generated always as (coalesce(due, 'infinity'::timestamptz)) stored,
    missed integer not null,
    registered_at timestamptz not null,
    closed_at timestamptz,
    primary key (organisation, complaint)
);
create index case_line_by_place on case_line (organisation, place, due_order, complaint);
create index case_line_of_department on case_line (organisation, department, due_order, complaint)
    where closed_at is null;
create index case_line_by_due on case_line (organisation, due_order, complaint);
create index case_line_by_number on case_line (organisation, number);

-- Changes of the directory after which open work is looked at again.
create table reconsider (
    organisation text not null,
    cause uuid not null,
    people text[] not null,
    since timestamptz not null default now(),
    primary key (organisation, cause)
);
