-- What customers answered to the question whether they are satisfied, one row an answer, as it comes in. What they said
-- besides is a kept text.
create table satisfaction (
    organisation     text        not null,
    visit            uuid        not null,
    attempt          integer     not null,
    complaint        uuid        not null,
    number           text        not null,
    playbook         text        not null,
    playbook_version integer     not null,
    stage            text        not null,
    department       text        not null,
    responsible      text        not null,
    at               timestamptz not null,
    answer           text        not null,
    positive         boolean     not null,
    outcome          text,
    channel          text,
    person           text,
    opinion          uuid,
    primary key (organisation, visit, attempt)
);
create index satisfaction_pages on satisfaction (organisation, at, visit, attempt);
create index satisfaction_of_department on satisfaction (organisation, department, at, visit, attempt);
create index satisfaction_of_responsible on satisfaction (organisation, responsible, at, visit, attempt);
-- Those who are not satisfied are few.
create index satisfaction_not on satisfaction (organisation, at, visit, attempt) where not positive;
