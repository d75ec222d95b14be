-- The ledgers that playbooks declare: one row a case and ledger. `search` is all that is read in it, in both languages.
create table ledger_entry (
    organisation text        not null,
    ledger       text        not null,
    complaint    uuid        not null,
    label        jsonb       not null,
    instance     integer     not null,
    pending      boolean     not null,
    columns      jsonb       not null,
    entered_at   timestamptz not null,
    settled_at   timestamptz,
    search       text        not null,
    primary key (organisation, complaint, ledger)
);
create index ledger_entry_pages on ledger_entry (organisation, ledger, entered_at, complaint);
