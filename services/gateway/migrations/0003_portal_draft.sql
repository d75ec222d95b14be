-- What a customer typed into a guided form and the gates they passed, until it was sent (R-032). Sealed with the secret of
-- their own cookie, which is kept nowhere else: nobody reads it without that browser.

create table portal_draft (
    organisation text        not null,
    browser_hash bytea       not null,
    sealed       bytea       not null,
    expires_at   timestamptz not null,
    primary key (organisation, browser_hash)
);

create index portal_draft_expires_at on portal_draft (expires_at);
