-- How long each department had cases, by the day (UTC) on which it let go of them: a period is summed from its whole days
-- and, at its ends, from visits.
create table ownership_day (
    organisation text    not null,
    day          date    not null,
    department   text,
    visits       bigint  not null,
    seconds      numeric not null,
    unique nulls not distinct (organisation, day, department)
);
insert into ownership_day (organisation, day, department, visits, seconds)
    select organisation, (left_at at time zone 'UTC')::date, department, count(*),
        sum(extract(epoch from left_at - entered_at))
    from stage_time where left_at is not null and entered_at is not null
    group by 1, 2, 3;
