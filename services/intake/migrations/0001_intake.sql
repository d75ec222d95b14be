-- Intake's own tables. Whatever names or reaches a person is sealed field by field (`…_sealed`); what must be found
-- again has a keyed hash beside it (`…_index`).

create table complainant (
    organisation text not null,
    complainant uuid not null,
    name_sealed bytea,
    phone_sealed bytea,
    phone_index bytea,
    email_sealed bytea,
    email_index bytea,
    address_sealed bytea,
    other_sealed bytea,
    preferred_channel text,
    changed_at timestamptz not null,
    primary key (organisation, complainant)
);
create index complainant_phone on complainant (organisation, phone_index) where phone_index is not null;
create index complainant_email on complainant (organisation, email_index) where email_index is not null;

create table complaint (
    organisation text not null,
    complaint uuid not null,
    number text not null,
    complainant uuid not null,
    playbook text not null,
    playbook_version integer not null,
    channel text not null,
    kind text not null,
    category text,
    unit text,
    received_at timestamptz not null,
    registered_at timestamptz not null,
    repeats uuid,
    external_source text,
    external_reference text,
    order_index bytea,
    order_sealed bytea,
    narrative uuid not null,
    demand uuid,
    opinion uuid,
    primary key (organisation, complaint),
    unique (organisation, number)
);
create index complaint_complainant on complaint (organisation, complainant);
create index complaint_order on complaint (organisation, order_index) where order_index is not null;
create index complaint_recent on complaint (organisation, registered_at, complaint);

-- What was settled on the spot, for sampling.
create table settlement (
    organisation text not null,
    complaint uuid not null,
    account uuid not null,
    remedies jsonb not null,
    total bigint not null,
    settled_by text not null,
    settled_at timestamptz not null,
    primary key (organisation, complaint)
);

create table file (
    organisation text not null,
    file uuid not null,
    complaint uuid not null,
    name_sealed bytea not null,
    bytes bigint not null,
    sha256 text not null,
    begun_at timestamptz not null,
    -- Set once size, checksum and type were verified; only then can it be read.
    media_type text,
    primary key (organisation, file)
);
create index file_complaint on file (organisation, complaint);

create table file_chunk (
    organisation text not null,
    file uuid not null,
    index integer not null,
    sealed bytea not null,
    primary key (organisation, file, index)
);
