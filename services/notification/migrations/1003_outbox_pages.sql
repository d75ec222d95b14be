-- The outbox is read by pages, newest first; by complaint, and by how messages stand where that is rare.
drop index delivery_listed;
create index delivery_pages on delivery (organisation, requested_at, notice);
create index delivery_of_complaint on delivery (organisation, complaint, requested_at, notice);
create index delivery_by_state on delivery (organisation, state, requested_at, notice);
