-- What came, went and ran out by the quarter of an hour, of each department and, under '', of the whole house; and what
-- is open where. Nothing is counted case by case to show a period.
create table registered_quarter (
    organisation text        not null,
    department   text        not null,
    quarter      timestamptz not null,
    cases        bigint      not null,
    repeats      bigint      not null,
    breached     bigint      not null,
    escalated    bigint      not null,
    open         bigint      not null,
    primary key (organisation, department, quarter)
);
create table closed_quarter (
    organisation text        not null,
    department   text        not null,
    quarter      timestamptz not null,
    satisfaction text,
    cases        bigint      not null,
    proposed_fen bigint      not null,
    executed_fen bigint      not null,
    unique nulls not distinct (organisation, department, quarter, satisfaction)
);
create table ran_out_quarter (
    organisation text        not null,
    department   text        not null,
    quarter      timestamptz not null,
    breaches     bigint      not null,
    primary key (organisation, department, quarter)
);
create table open_place (
    organisation text   not null,
    department   text,
    stage        text,
    cases        bigint not null,
    unique nulls not distinct (organisation, department, stage)
);

with counted as (
    select c.*, of_department from case_fact c, lateral (
        select '' union all select department where department is not null) as d (of_department)
), registered as (
    insert into registered_quarter
    select organisation, of_department, quarter_of(registered_at), count(*), count(*) filter (where repeats),
        count(*) filter (where breaches > 0), count(*) filter (where escalations > 0),
        count(*) filter (where closed_at is null)
    from counted where registered_at is not null
    group by 1, 2, 3
), closed as (
    insert into closed_quarter
    select organisation, of_department, quarter_of(closed_at), satisfaction, count(*),
        coalesce(sum(proposed_fen), 0), coalesce(sum(executed_fen), 0)
    from counted where closed_at is not null
    group by 1, 2, 3, 4
), ran_out as (
    insert into ran_out_quarter
    select organisation, of_department, quarter_of(due), count(*)
    from counted join breach using (organisation, complaint)
    group by 1, 2, 3
)
insert into open_place
select organisation, department, stage, count(*) from case_fact where closed_at is null group by 1, 2, 3;

-- Periods are not read from these any more: every event of a case had to keep what they include.
drop index case_fact_pages;
create index case_fact_pages on case_fact (organisation, registered_at, complaint);
drop index case_fact_closed;
create index case_fact_closed on case_fact (organisation, closed_at) where closed_at is not null;
