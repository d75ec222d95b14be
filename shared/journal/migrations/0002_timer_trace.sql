-- The W3C trace context in which a timer was set: what happens when it runs out, hours later, is linked with it.
alter table timer add column traceparent text;
