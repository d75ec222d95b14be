-- What periods are shown from, by the quarter of an hour: whole quarters fit the days of every zone in use. What came, went
-- and ran out, of each department and, under '', of the whole house; how long each department (null: none) had the cases
-- that it let go of; and what is open where. Only what lies at the ends of a period is counted case by case.

-- Nothing is written between what is read here and what the next version settles.
lock table head in access exclusive mode;

create function quarter_of(at timestamptz) returns timestamptz language sql immutable parallel safe
    return date_bin('15 minutes', at, timestamptz '0001-01-01 00:00:00+00');

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
    proposed_fen numeric     not null,
    executed_fen numeric     not null,
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

create table ownership_quarter (
    organisation text        not null,
    department   text,
    quarter      timestamptz not null,
    visits       bigint      not null,
    seconds      numeric     not null,
    unique nulls not distinct (organisation, department, quarter)
);
create index ownership_quarter_period on ownership_quarter (organisation, quarter);

insert into ownership_quarter (organisation, department, quarter, visits, seconds)
    select organisation, department, quarter_of(left_at), count(*), sum(extract(epoch from left_at - entered_at))
    from stage_time where left_at is not null and entered_at is not null
    group by 1, 2, 3;
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
