-- The past of contacts as far as decisions depend on it, for deciding it again. Nothing here writes.

-- name: contacts_decided
-- Those about whom something came up between two moments, behind an id.
SELECT DISTINCT contact FROM decision WHERE contact > :after AND at >= :since AND at < :until ORDER BY contact LIMIT :limit;

-- name: decisions_between
SELECT d.id, d.source, d.name, d.wave, d.happening, d.contact, d.flow, d.kind, d.cell, d.variables, d.at, d.not_after,
  d.outcome, d.rule, d.lane, d.grant_id, d.session, coalesce(s.basis, ''), coalesce(s.started_at, 0),
  coalesce(s.ended_at, 0)
FROM decision AS d LEFT JOIN session AS s ON s.id = d.session AND d.session <> ''
WHERE d.contact IN (SELECT value FROM json_each(:ids)) AND d.at >= :since AND d.at < :until
ORDER BY d.contact, d.at, d.id;

-- name: past_reaches
SELECT r.contact, r.lane, r.channel, r.hmac, r.rank, coalesce(a.opted_out_at, 0), coalesce(s.id, ''),
  CASE WHEN s.outcome = 'opted_out' AND EXISTS (
    SELECT 1 FROM outbox AS o WHERE o.key = s.id || '.1.0' AND o.state = 'failed' AND o.provider_id = ''
  ) THEN '' ELSE coalesce(s.flow, '') END,
  coalesce(s.started_at, 0), coalesce(s.basis, '')
FROM contact_address AS r
LEFT JOIN address AS a ON a.lane = r.lane
LEFT JOIN session AS s ON s.id = a.session AND s.basis <> 'test'
WHERE r.contact IN (SELECT value FROM json_each(:ids)) ORDER BY r.contact, r.rank, r.lane;

-- name: past_suppressions
SELECT hmac, channel, reason, at, coalesce(expires_at, 0) FROM suppression
WHERE hmac IN (SELECT value FROM json_each(:hmacs));

-- name: past_grants
SELECT hmac, channel, event, basis, at, coalesce(lapsed_at, 0) FROM consent_grant
WHERE hmac IN (SELECT value FROM json_each(:hmacs)) AND purpose = :purpose;

-- name: cases_between
-- Of all lanes: cases are few. One that nobody has resolved is still open.
SELECT lane, opened_at, CASE WHEN resolved_at > 0 THEN resolved_at ELSE 0 END FROM cases
WHERE opened_at >= :since AND opened_at < :until AND basis <> 'test' ORDER BY opened_at;
