-- The ledger: what is to be decided, what decides it, what was decided.

-- name: propose_decision
INSERT INTO decision (id, source, name, wave, happening, contact, flow, kind, cell, variables, at, not_after, outcome,
  rule, inputs, due_at, tries, lane, session, grant_id, decided_at)
VALUES (:id, :source, :name, :wave, :happening, :contact, :flow, :kind, :cell, :variables, :at, :not_after, 'pending',
  '', '{}', :due_at, 0, '', '', '', 0)
ON CONFLICT (id) DO NOTHING;

-- name: count_decisions
SELECT count(*) FROM decision WHERE id IN (SELECT value FROM json_each(:ids));

-- name: due_decisions
-- What is due, the longest due first.
SELECT id, source, name, wave, happening, contact, flow, kind, cell, variables, at, not_after, tries
FROM decision WHERE outcome IN ('pending', 'deferred') AND due_at <= :now
ORDER BY due_at LIMIT :limit /*lock*/;

-- name: contacts_to_decide
-- Held until commit, in one order: of two decisions about a person the second one sees what became of the first.
SELECT id, coalesce(external, ''), name, language, zone, zone_source, country, brand, region, segment, agent, revenue,
  attributes, coalesce(erased_at, 0), coalesce(merged_into, '')
FROM contact WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id /*wait*/;

-- name: contacts_to_look_at
SELECT id, coalesce(external, ''), name, language, zone, zone_source, country, brand, region, segment, agent, revenue,
  attributes, coalesce(erased_at, 0), coalesce(merged_into, '')
FROM contact WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id;

-- name: reaches_to_decide
-- Where these people can be reached, and what stands against it: their own stop, and how the latest survey there stands;
-- one whose first message the provider has refused for good, because they blocked us, was never asked.
SELECT r.contact, r.lane, r.channel, r.hmac, r.rank, coalesce(a.opted_out_at, 0),
  CASE WHEN s.outcome = 'opted_out' AND EXISTS (
    SELECT 1 FROM outbox AS o WHERE o.key = s.id || '.1.0' AND o.state = 'failed' AND o.provider_id = ''
  ) THEN '' ELSE coalesce(s.flow, '') END, coalesce(s.started_at, 0), coalesce(s.outcome, '-'), coalesce(s.basis, ''),
  coalesce(c.phase, 'confirmed'), coalesce(c.basis, '')
FROM contact_address AS r
LEFT JOIN address AS a ON a.lane = r.lane
LEFT JOIN session AS s ON s.id = a.session
LEFT JOIN cases AS c ON c.id = a.case_id
WHERE r.contact IN (SELECT value FROM json_each(:ids)) ORDER BY r.contact, r.rank, r.lane;

-- name: suppressed_to_decide
SELECT hmac, channel, reason FROM suppression
WHERE hmac IN (SELECT value FROM json_each(:hmacs)) AND (expires_at IS NULL OR expires_at > :now);

-- name: grants_to_decide
SELECT hmac, channel, event, basis, at FROM consent_grant
WHERE hmac IN (SELECT value FROM json_each(:hmacs)) AND purpose = :purpose AND lapsed_at IS NULL;

-- name: asked_to_decide
SELECT contact, decided_at, flow, kind FROM decision
WHERE contact IN (SELECT value FROM json_each(:ids)) AND outcome = 'asked' AND decided_at >= :since
ORDER BY decided_at DESC;

-- name: decide
UPDATE decision SET outcome = :outcome, rule = :rule, inputs = :inputs, due_at = :due_at, tries = tries + 1, lane = :lane,
  session = :session, grant_id = :grant_id, decided_at = :decided_at
WHERE id = :id AND outcome IN ('pending', 'deferred');

-- name: refused_decision
-- Only if all of the survey's messages ended without having been sent: one in doubt may have arrived.
SELECT d.id, a.channel, d.variables
FROM address AS a
JOIN decision AS d ON d.session = a.session AND d.session <> '' AND d.lane = a.lane AND d.outcome = 'asked'
JOIN outbox AS o ON o.key = d.session || '.1.0' AND o.state = 'failed' AND o.provider_id = ''
WHERE a.lane = :lane AND NOT EXISTS (
  SELECT 1 FROM outbox AS x
  WHERE x.lane = a.lane AND x.session = a.session AND x.state NOT IN ('failed', 'cancelled', 'expired'));

-- name: decide_again
-- The session stays with the lane; its decision is about to be another one.
UPDATE decision SET outcome = 'pending', rule = '', inputs = '{}', lane = '', session = '', grant_id = '', decided_at = 0,
  variables = :variables, due_at = :now
WHERE id = :id AND outcome = 'asked';

-- name: invite_decided
INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)
VALUES (:channel, :event_key, 'event', :lane, :received_at, :received_at, :body)
ON CONFLICT (channel, event_key) DO NOTHING;

-- name: decisions_of_contact
-- With what became of the survey: how it ended, and of its first message.
SELECT d.id, d.source, d.name, d.wave, d.happening, d.contact, d.flow, d.kind, d.cell, d.at, d.not_after, d.outcome, d.rule,
  d.inputs, d.due_at, d.tries, d.lane, d.session, d.grant_id, d.decided_at, coalesce(s.outcome, ''), coalesce(o.state, ''),
  coalesce(o.error, '')
FROM decision AS d
LEFT JOIN session AS s ON s.id = d.session AND d.session <> ''
LEFT JOIN outbox AS o ON o.key = d.session || '.1.0' AND d.session <> ''
WHERE d.contact = :contact ORDER BY d.at DESC, d.id DESC LIMIT :limit;

-- name: decisions
-- In the order in which they came up, behind a cursor.
SELECT d.id, d.source, d.name, d.wave, d.happening, d.contact, d.flow, d.kind, d.cell, d.at, d.not_after, d.outcome, d.rule,
  d.inputs, d.due_at, d.tries, d.lane, d.session, d.grant_id, d.decided_at, coalesce(s.outcome, ''), coalesce(o.state, ''),
  coalesce(o.error, '')
FROM decision AS d
LEFT JOIN session AS s ON s.id = d.session AND d.session <> ''
LEFT JOIN outbox AS o ON o.key = d.session || '.1.0' AND d.session <> ''
WHERE (d.at, d.id) > (:at, :id) AND d.at < :until
  AND (:outcome = '' OR d.outcome = :outcome) AND (:name = '' OR d.name = :name)
ORDER BY d.at, d.id LIMIT :limit;

-- name: decision_tally
-- How the decisions of a trigger or a campaign stand, by rule.
SELECT outcome, rule, count(*) FROM decision WHERE name = :name AND source = :source AND (:wave < 0 OR wave = :wave)
GROUP BY outcome, rule ORDER BY outcome, rule;
