-- The scenarios that are kept beside a version of a playbook, as they were written (R-253).
create table scenarios (
    organisation text not null,
    playbook text not null,
    version integer not null,
    scenarios text not null,
    primary key (organisation, playbook, version)
);
