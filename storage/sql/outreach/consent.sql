-- Consent: events in a chain per address, what holds because of them, and addresses that are not written to.

-- name: consent_is_known
SELECT 1 FROM consent_event WHERE id = :id;

-- name: consent_name
-- What an address was called first stays its name, whatever key is in use now.
SELECT hmac, key_id FROM (
  SELECT hmac, key_id, 0 AS later FROM consent_event WHERE hmac IN (SELECT value FROM json_each(:names)) AND n = 1
  UNION ALL
  SELECT hmac, key_id, 1 FROM contact_address WHERE hmac IN (SELECT value FROM json_each(:names))
) AS known ORDER BY later, hmac LIMIT 1;

-- name: consent_head
SELECT n, hash FROM consent_event WHERE hmac = :hmac ORDER BY n DESC LIMIT 1;

-- name: add_consent
-- Nothing comes back if somebody else has just added theirs: then this one goes behind it.
INSERT INTO consent_event (id, hmac, key_id, contact, purpose, channel, action, basis, at, recorded_at, source, source_ref,
  wording, wording_version, locale, actor, evidence, evidence_hash, double_opt_in_of, n, prev_hash, hash)
VALUES (:id, :hmac, :key_id, nullif(:contact, ''), :purpose, :channel, :action, :basis, :at, :recorded_at, :source,
  :source_ref, :wording, :wording_version, :locale, :actor, :evidence, '', nullif(:double_opt_in_of, ''), :n, :prev_hash,
  :hash)
ON CONFLICT DO NOTHING RETURNING n;

-- name: consent_confirmed
SELECT 1 FROM consent_event
WHERE id = :id AND hmac = :hmac AND purpose = :purpose AND channel = :channel AND action = 'granted' AND at <= :at;

-- name: consent_held
SELECT purpose, channel, event, basis, at, lapsed_at FROM consent_grant WHERE hmac IN (SELECT value FROM json_each(:names))
ORDER BY purpose, channel;

-- name: hold_consent
INSERT INTO consent_grant (hmac, purpose, channel, event, basis, at, lapsed_at)
VALUES (:hmac, :purpose, :channel, :event, :basis, :at, :lapsed_at)
ON CONFLICT (hmac, purpose, channel) DO UPDATE SET event = excluded.event, basis = excluded.basis, at = excluded.at,
  lapsed_at = excluded.lapsed_at;

-- name: consent_chain
SELECT id, key_id, purpose, channel, action, basis, at, source, source_ref, wording, wording_version, locale, actor,
  coalesce(double_opt_in_of, ''), evidence, hmac, n, prev_hash, hash, recorded_at, coalesce(contact, '')
FROM consent_event WHERE hmac IN (SELECT value FROM json_each(:names)) ORDER BY hmac, n;

-- name: hold_lane
-- On PostgreSQL whoever changes what is sent in a lane holds its lock.
SELECT /*lane(*/x.lane/*)*/ FROM (SELECT CAST(:lane AS TEXT) AS lane) AS x;

-- name: lanes_by_name
SELECT lane, channel FROM contact_address WHERE hmac IN (SELECT value FROM json_each(:names));

-- name: lanes_in_use
-- Of these the ones in which we have written, or are about to.
SELECT lane FROM address WHERE lane IN (SELECT value FROM json_each(:lanes))
UNION SELECT lane FROM inbox WHERE state = 'new' AND lane IN (SELECT value FROM json_each(:lanes));

-- name: add_suppression
INSERT INTO suppression (hmac, channel, scope, key_id, reason, at, source_event, expires_at)
VALUES (:hmac, :channel, 'all', :key_id, :reason, :at, :source_event, :expires_at)
ON CONFLICT (hmac, channel, scope) DO UPDATE SET
  reason = CASE WHEN suppression.reason IN ('stop', '21610', 'blocked_bot') THEN excluded.reason ELSE suppression.reason END,
  expires_at = CASE WHEN suppression.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
    WHEN suppression.expires_at > excluded.expires_at THEN suppression.expires_at ELSE excluded.expires_at END;

-- name: bar_lane
INSERT INTO address (lane, channel, account, chat, thread, language, heard_at, sender, session, seen_at, barred_at)
VALUES (:lane, :channel, :account, :chat, :thread, '', 0, '', '', 0, :at)
ON CONFLICT (lane) DO UPDATE SET barred_at = coalesce(address.barred_at, excluded.barred_at);

-- name: tell_lane
INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)
VALUES (:channel, :event_key, 'consent', :lane, :at, CAST(:ready_at AS BIGINT), :body)
ON CONFLICT (channel, event_key) DO NOTHING;

-- name: wake_suppressed
-- The stop does not wait for what rests before it.
UPDATE inbox SET ready_at = :at WHERE lane = :lane AND state = 'new' AND ready_at > :at;

-- name: suppressions
SELECT channel, reason, at, source_event, expires_at FROM suppression
WHERE hmac IN (SELECT value FROM json_each(:names)) AND (expires_at IS NULL OR expires_at > :now) ORDER BY channel, at;

-- name: lift_suppression
DELETE FROM suppression
WHERE hmac IN (SELECT value FROM json_each(:names)) AND channel = :channel
  AND reason IN (SELECT value FROM json_each(:reasons));

-- name: unbar_lane
UPDATE address SET barred_at = NULL WHERE lane = :lane AND barred_at IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM suppression WHERE hmac IN (SELECT value FROM json_each(:names)) AND channel IN (address.channel, '*')
    AND (expires_at IS NULL OR expires_at > :now));

-- name: consent_uses
-- What was sent on these lanes, and on what basis.
SELECT u.outbox_key, u.basis, u.consent_event, u.at, o.lane, o.state
FROM outbox AS o JOIN consent_use AS u ON u.outbox_key = o.key
WHERE o.lane IN (SELECT value FROM json_each(:lanes)) ORDER BY u.at, u.outbox_key;
