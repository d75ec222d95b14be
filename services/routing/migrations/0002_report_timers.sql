-- Organisations that had playbooks in force before there were reports: what of them has no timer gets one now.
insert into timer (organisation, kind, id, key, due, payload)
select organisation, kind, id, 'reports', now(), jsonb_build_object('kept', (
    select coalesce(jsonb_agg(key), '[]')
    from timer
    where timer.organisation = head.organisation and timer.kind = head.kind and timer.id = head.id
      and key like 'report:%'
))
from head
where kind = 'organisation';
