-- Which points the closing summary of a case has (R-145): the lessons of many cases are found by them. What was said
-- stays with routing.
alter table case_fact add column closing text[] not null default '{}';
create index case_fact_summed_up on case_fact (organisation, registered_at, complaint) where closing <> '{}';
