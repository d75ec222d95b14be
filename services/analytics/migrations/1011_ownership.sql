-- How long each department had cases, by the quarter of an hour in which it let go of them: whole quarters fit the days
-- of every zone in use.
create function quarter_of(at timestamptz) returns timestamptz language sql immutable parallel safe
    return date_bin('15 minutes', at, timestamptz '2000-01-01 00:00:00+00');

create table ownership_quarter (
    organisation text        not null,
    department   text,
    quarter      timestamptz not null,
    visits       bigint      not null,
    seconds      numeric     not null,
    unique nulls not distinct (organisation, department, quarter)
);
insert into ownership_quarter (organisation, department, quarter, visits, seconds)
    select organisation, department, quarter_of(left_at), count(*), sum(extract(epoch from left_at - entered_at))
    from stage_time where left_at is not null and entered_at is not null
    group by 1, 2, 3;
create index ownership_quarter_period on ownership_quarter (organisation, quarter);
