-- Who is signed in with a browser. The cookie's value is kept as a hash; what somebody may do is read from the account at
-- every request, so that a change of roles counts at once.

create table browser_session (
    token_hash   bytea       primary key,
    organisation text        not null,
    name         text        not null,
    seen_at      timestamptz not null,
    expires_at   timestamptz not null,
    foreign key (organisation, name) references account (organisation, name) on delete cascade
);

create index browser_session_account on browser_session (organisation, name);
create index browser_session_expires_at on browser_session (expires_at);
