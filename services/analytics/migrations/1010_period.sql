-- The figures of a period are read from the indexes alone.
drop index case_fact_pages;
create index case_fact_pages on case_fact (organisation, registered_at, complaint)
    include (department, repeats, breaches, escalations, closed_at);
drop index case_fact_closed;
create index case_fact_closed on case_fact (organisation, closed_at)
    include (department, satisfaction, proposed_fen, executed_fen) where closed_at is not null;
