-- Pages of open cases: few among many, so the ledger's own pages would be read far back for them.
create index case_fact_open_pages on case_fact (organisation, registered_at, complaint) where closed_at is null;
