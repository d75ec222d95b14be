-- The ledger: one row a case, the times of its visits, and the clocks that ran out.
create table case_fact (
    organisation   text        not null,
    complaint      uuid        not null,
    number         text,
    playbook       text,
    channel        text,
    customer_type  text,
    category       text,
    department     text,
    complained_of  text,
    received_at    timestamptz,
    registered_at  timestamptz,
    repeats        boolean     not null,
    stage          text,
    level          integer     not null,
    instance       integer     not null,
    substantiated  boolean,
    proposed_fen   bigint,
    satisfaction   text,
    closed_at      timestamptz,
    outcome        text,
    breaches       integer     not null,
    as_of          timestamptz not null,
    primary key (organisation, complaint)
);
create index case_fact_by_registration on case_fact (organisation, registered_at desc, complaint);
create index case_fact_by_number on case_fact (organisation, number);
create index case_fact_open on case_fact (organisation, department, stage) where closed_at is null;

create table stage_time (
    organisation text not null,
    complaint    uuid not null,
    visit        uuid not null,
    stage        text,
    kind         text,
    department   text,
    entered_at   timestamptz,
    left_at      timestamptz,
    outcome      text,
    by_person    text,
    primary key (organisation, complaint, visit)
);
create index stage_time_by_stage on stage_time (organisation, stage, left_at);

create table breach (
    organisation text        not null,
    complaint    uuid        not null,
    clock        uuid        not null,
    clock_key    text        not null,
    due          timestamptz not null,
    department   text,
    person       text,
    primary key (organisation, complaint, clock)
);
create index breach_by_due on breach (organisation, due desc);
