-- Who may sign in, and with what. Nothing of any complaint is kept here.

create table account (
    organisation  text        not null,
    name          text        not null,
    person        text        not null,
    password_hash text        not null,
    roles         text[]      not null,
    department    text,
    active        boolean     not null,
    created_at    timestamptz not null,
    changed_at    timestamptz not null,
    primary key (organisation, name)
);

create table api_key (
    organisation text        not null,
    name         text        not null,
    prefix       text        not null unique,
    secret_hash  bytea       not null,
    channels     text[]      not null,
    active       boolean     not null,
    created_at   timestamptz not null,
    primary key (organisation, name)
);

-- A refresh token is used once; using it again ends its whole family.
create table refresh_token (
    token_hash   bytea       primary key,
    organisation text        not null,
    name         text        not null,
    family       uuid        not null,
    expires_at   timestamptz not null,
    used_at      timestamptz,
    foreign key (organisation, name) references account (organisation, name) on delete cascade
);

create index refresh_token_family on refresh_token (family);
create index refresh_token_expires_at on refresh_token (expires_at);

create table signing_key (
    id         uuid        primary key,
    secret     bytea       not null,
    created_at timestamptz not null
);
