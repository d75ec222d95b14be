-- The PostgreSQL side of messaging. Every key begins with the organisation: it is the distribution column.

-- One row a subject: its lock, its version, the end of its chain, what was heard of each source, its state.
create table head (
    organisation text not null,
    kind text not null,
    id text not null,
    version bigint not null default 0,
    sequence bigint not null default 0,
    hash bytea not null default decode(repeat('00', 32), 'hex'),
    state jsonb,
    cursors jsonb not null default '{}',
    changed_at timestamptz not null default now(),
    primary key (organisation, kind, id)
);
create index head_changed on head (changed_at);

-- Everything this service ever said. `position` gives the relay an order; it is unique by its sequence.
create table journal (
    organisation text not null,
    kind text not null,
    id text not null,
    sequence bigint not null,
    position bigint generated always as identity,
    event_id uuid not null,
    what text not null,
    type_version integer not null,
    time timestamptz not null,
    headers json not null,
    body bytea not null,
    hash bytea not null,
    previous_hash bytea not null,
    primary key (organisation, kind, id, sequence)
);
create index journal_position on journal (position);

create function journal_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only' using errcode = 'restrict_violation';
end
$$;
create trigger journal_is_append_only before update or delete or truncate on journal
    for each statement execute function journal_is_append_only();

-- Journal rows that are not yet safely on the stream.
create table outbox (
    organisation text not null,
    position bigint not null,
    published_at timestamptz,
    stream_created text,
    stream_sequence bigint,
    attempt integer not null default 0,
    since timestamptz not null default now(),
    primary key (organisation, position)
);
create index outbox_waiting on outbox (position) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;

-- Events that came before their predecessor.
create table held (
    organisation text not null,
    kind text not null,
    id text not null,
    source text not null,
    sequence bigint not null,
    headers json not null,
    body bytea not null,
    received_at timestamptz not null default now(),
    primary key (organisation, kind, id, source, sequence)
);

-- Inputs that nobody could handle, until a person settles them. An event blocks its subject and source.
create table parked (
    organisation text not null,
    park_id uuid not null,
    kind text not null,
    id text not null,
    source text,
    sequence bigint,
    event_id uuid,
    timer_key text,
    timer_due timestamptz,
    hash bytea,
    headers json not null,
    body bytea not null,
    code text not null,
    reason text not null,
    parked_at timestamptz not null,
    attempts integer not null default 1,
    settled_at timestamptz,
    outcome text,
    settled_by json,
    settled_reason text,
    primary key (organisation, park_id)
);
create index parked_open on parked (organisation, parked_at, park_id) where settled_at is null;

-- Business timers.
create table timer (
    organisation text not null,
    kind text not null,
    id text not null,
    key text not null,
    due timestamptz not null,
    payload jsonb not null,
    primary key (organisation, kind, id, key)
);
create index timer_due on timer (due);

-- Commands that were carried out, with the first answer.
create table command (
    organisation text not null,
    command_id text not null,
    verb text not null,
    body_hash bytea not null,
    answer json not null,
    version bigint not null,
    at timestamptz not null,
    primary key (organisation, command_id)
);
create index command_at on command (at);

-- What is shared between subjects. A null value is a lock on something that is not there.
create table entry (
    organisation text not null,
    space text not null,
    key text not null,
    value jsonb,
    primary key (organisation, space, key)
);

-- Texts, sealed. Shredding a complaint's words deletes its rows.
create table word (
    organisation text not null,
    id uuid not null,
    complaint uuid not null,
    sealed bytea not null,
    primary key (organisation, id)
);
create index word_complaint on word (organisation, complaint);
