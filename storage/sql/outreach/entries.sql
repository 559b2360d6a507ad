-- When somebody used an entry before, and what it leads to.

-- name: entered_before
-- Of the person: by this address, or by another one that is known to be theirs.
SELECT max(g.at) FROM consent_grant AS g WHERE g.purpose = :purpose AND g.hmac IN (
  SELECT value FROM json_each(:names)
  UNION SELECT o.hmac FROM contact_address AS m JOIN contact_address AS o ON o.contact = m.contact
  WHERE m.hmac IN (SELECT value FROM json_each(:names)));

-- name: tell_of_entry
INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)
VALUES (:channel, :event_key, 'event', :lane, :at, CAST(:ready_at AS BIGINT), :body)
ON CONFLICT (channel, event_key) DO NOTHING;
