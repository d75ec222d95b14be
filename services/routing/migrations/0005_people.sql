-- The skills that are lacking to whoever holds a piece of work, or for want of which it waits (R-050).
alter table work add column lacks text;
