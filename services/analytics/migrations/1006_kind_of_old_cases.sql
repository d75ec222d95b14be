-- Of cases that were known before the ledger kept their kind and who was at fault, only the journals know these. So where
-- there are such cases everything that was derived is forgotten, as `redress rebuild` does; the service compares heads
-- with its sources when it starts, and all comes back.
do $$
begin
    if exists (select from case_fact where registered_at is not null and kind is null) then
        lock table head in access exclusive mode;
        truncate head, held, case_fact, stage_time, breach, ledger_as_of;
        update ledger_level set begun_at = clock_timestamp(), level_at = null;
        insert into head (organisation, kind, id, sequence, hash)
            select distinct on (organisation, kind, id) organisation, kind, id, sequence, hash
            from journal order by organisation, kind, id, sequence desc;
        delete from parked where settled_at is null and source is not null;
    end if;
end
$$;
