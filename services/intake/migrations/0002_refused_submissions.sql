-- What feeders submitted and intake refused: kept sealed, so that nothing that was sent disappears without a trace.
create table refused_submission (
    -- Empty when not even the organisation could be read.
    organisation text not null,
    stream_created timestamptz not null,
    stream_sequence bigint not null,
    published_at timestamptz not null,
    channel text not null,
    key text,
    problem jsonb not null,
    bytes bigint not null,
    sealed bytea not null,
    primary key (organisation, stream_created, stream_sequence)
);
create index refused_submission_recent on refused_submission (organisation, published_at);
