-- The subject line of a message, where its template has one: a kept text, shredded with the others.
alter table delivery add column subject uuid;
