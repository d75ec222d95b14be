-- What waits in each lane of each queue, the one that waits longest first: the screen on the wall (R-048).
create index work_waiting on work (organisation, department, lane, since) where person is null;
