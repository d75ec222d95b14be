-- Messages on their way. One row a message: its id stands for event, recipient, channel and template version, so the
-- same cause never sends twice. Machine time throughout: retries are not business deadlines.
create table delivery (
    organisation    text        not null,
    notice          uuid        not null,
    complaint       uuid        not null,
    recipient       jsonb       not null,
    channel         text        not null,
    template        text        not null,
    language        text        not null,
    word            uuid        not null,
    requested_at    timestamptz not null,
    state           text        not null default 'waiting'
                    check (state in ('waiting', 'delivered', 'listed', 'failed')),
    settled         boolean     not null default false,
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now(),
    leased_until    timestamptz,
    primary key (organisation, notice)
);
create index delivery_due on delivery (next_attempt_at) where not settled;
create index delivery_listed on delivery (organisation, requested_at desc, notice);

-- Each attempt, for ever: what was tried, when, and what the next system said.
create table delivery_attempt (
    organisation text        not null,
    notice       uuid        not null,
    attempt      integer     not null,
    at           timestamptz not null default now(),
    outcome      text        not null check (outcome in ('delivered', 'listed', 'refused', 'failed')),
    detail       text        not null,
    primary key (organisation, notice, attempt)
);
