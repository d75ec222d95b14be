-- Customers who must hear from us again by a time that a clock sets (R-188): one row a case, while such a clock runs.
create table contact_due (
    organisation text not null,
    complaint uuid not null,
    number text not null,
    playbook text not null,
    playbook_version integer not null,
    clock text not null,
    label_zh text not null,
    label_en text not null,
    due timestamptz not null,
    since timestamptz not null,
    hard boolean not null,
    department text,
    person text,
    level integer not null,
    category text,
    primary key (organisation, complaint)
);
create index contact_due_pages on contact_due (organisation, due, complaint);
create index contact_due_of_department on contact_due (organisation, department, due, complaint);
create index contact_due_of_person on contact_due (organisation, person, due, complaint);

-- The replies, contacts and callbacks of a department, few among all that it has to do.
create index work_of_task on work (organisation, department, task, due_order, work);
create index work_by_task on work (organisation, task, due_order, work);
