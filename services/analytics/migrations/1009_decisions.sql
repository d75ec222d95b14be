-- What was decided: approvers see how earlier cases of the same matter ended.
alter table case_fact
    add column remedies text[] not null default '{}',
    add column decided_at timestamptz;
create index case_fact_decided on case_fact (organisation, category, kind, decided_at, complaint)
    where decided_at is not null;
-- What was closed in a period is counted and shown.
create index case_fact_closed on case_fact (organisation, closed_at) where closed_at is not null;

-- Whose time a period was is read from the index alone.
drop index stage_time_by_left;
create index stage_time_by_left on stage_time (organisation, left_at) include (department, entered_at)
    where left_at is not null;

-- Search in what is Chinese, which has no spaces between words, and in English alike: by the pairs of neighbouring
-- characters, without an extension of the store.
create function pairs_of(content text) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct substr(content, at, 2)), '{}') from generate_series(1, length(content) - 1) at
$$;
alter table ledger_entry add column pairs text[] not null generated always as (pairs_of(search)) stored;
create index ledger_entry_pairs on ledger_entry using gin (pairs);

-- What earlier proposals gave only the journals know: all is read anew, as `redress rebuild` does.
do $$
begin
    if exists (select from case_fact where proposed_fen is not null) then
        lock table head in access exclusive mode;
        truncate head, held, case_fact, stage_time, breach, ledger_entry, ledger_as_of;
        update ledger_level set begun_at = clock_timestamp(), level_at = null;
        insert into head (organisation, kind, id, sequence, hash)
            select distinct on (organisation, kind, id) organisation, kind, id, sequence, hash
            from journal order by organisation, kind, id, sequence desc;
        delete from parked where settled_at is null and source is not null;
    end if;
end
$$;
