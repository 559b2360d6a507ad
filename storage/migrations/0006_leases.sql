-- What a lease looks after beside the messages that are due: those of dead workers and those in doubt. Without an index of
-- their own, each lease went through all that waits to be sent.

CREATE INDEX outbox_under_way ON outbox (state, not_before) WHERE state IN ('sending', 'reconciling');
