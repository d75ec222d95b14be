-- The skills that are lacking to whoever holds a piece of work, or for want of which it waits (R-050).
alter table work add column lacks text;

-- The lane of the queue: simple business does not wait behind complex business (R-048).
alter table work add column lane text not null default 'simple';
create index work_in_lane on work (organisation, department, lane, due_order, work) where person is null;

-- The shift-handover log: what one shift leaves to the next, until somebody acknowledges it (R-052). What it says is in
-- its head, the words among the sealed texts.
create table handover (
    organisation text not null,
    handover uuid not null,
    department text not null,
    written_at timestamptz not null,
    acknowledged_at timestamptz,
    primary key (organisation, handover)
);
create index handover_of_department on handover (organisation, department, written_at desc, handover);
