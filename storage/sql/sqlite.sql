-- The writer's statements on SQLite. `?` ones are run with executemany over the rows of bot/rows.py, in field order.
--
-- `state IN ('queued', 'sending', 'reconciling')` beside a narrower condition is for SQLite, which uses a partial index only
-- where the query has the index's own condition; without it, it would go through every message ever sent.

-- name: accept!
INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body, state, error)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (channel, event_key) DO NOTHING;

-- name: wake_lane!
-- A button or keyword does not wait for what rests before it.
UPDATE inbox SET ready_at = :now WHERE lane = :lane AND state = 'new' AND ready_at > :now;

-- name: claim
-- All new events of lanes whose oldest one is ready, with the lane's address, latest session and case, and whether agents
-- are there.
WITH head AS (
  SELECT h.lane, h.ready_at FROM inbox AS h
  WHERE h.state = 'new' AND h.ready_at <= :now
    AND NOT EXISTS (SELECT 1 FROM inbox AS e WHERE e.lane = h.lane AND e.state = 'new' AND e.id < h.id)
  ORDER BY h.ready_at LIMIT :limit
)
SELECT i.id, i.lane, i.received_at, i.attempts, i.body,
  a.lane IS NOT NULL, a.language, coalesce(a.opted_out_at, a.barred_at), a.heard_at, a.sender, a.session, s.state, s.version,
  a.history, c.state, c.version, s.quiet,
  EXISTS (SELECT 1 FROM case_place AS p WHERE p.inbound = head.lane AND p.inbound <> '')
FROM head
CROSS JOIN inbox AS i ON i.lane = head.lane AND i.state = 'new'
LEFT JOIN address AS a ON a.lane = head.lane
LEFT JOIN session AS s ON s.id = a.session
LEFT JOIN cases AS c ON c.id = a.case_id
ORDER BY i.id LIMIT :most;

-- name: save_addresses!
INSERT INTO address (lane, channel, account, chat, thread, language, opted_out_at, heard_at, sender, session, seen_at, case_id, history)
VALUES (?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, nullif(?, ''), ?)
ON CONFLICT (lane) DO UPDATE SET language = excluded.language, opted_out_at = excluded.opted_out_at,
  heard_at = excluded.heard_at, sender = excluded.sender, session = excluded.session,
  case_id = excluded.case_id, history = excluded.history;

-- name: insert_sessions!
INSERT INTO session (id, lane, flow, revision, language, owner, outcome, basis, started_at, ended_at, heard_at, state, version, variant,
  grant_id, quiet)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: update_sessions!
UPDATE session SET revision = ?, owner = ?, outcome = ?, ended_at = ?, heard_at = ?, state = ?, version = ?
WHERE id = ? AND version = ?;

-- name: save_answers!
INSERT INTO answer (session, question, type, flow, revision, lane, channel, language, value, text, segment, comment, at, day, corrections)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (session, question) DO UPDATE SET type = excluded.type, value = excluded.value, text = excluded.text,
  segment = excluded.segment, comment = excluded.comment, at = excluded.at, day = excluded.day,
  corrections = excluded.corrections;

-- name: silence!
UPDATE outbox SET state = 'cancelled', error = 'opted out', settled_at = :now
WHERE lane = :lane AND state = 'queued' AND kind <> 'notice';

-- name: awake!
-- The customer writes: the question goes before the answer to that, whatever the hour, and what would remind of it does not.
UPDATE outbox SET not_before = min(not_before, :now), begins = 0,
  state = CASE begins WHEN 2 THEN 'cancelled' ELSE state END,
  error = CASE begins WHEN 2 THEN 'the customer was faster' ELSE error END,
  settled_at = CASE begins WHEN 2 THEN :now ELSE settled_at END
WHERE lane = :lane AND state = 'queued' AND begins > 0;

-- name: add_outbox!
INSERT INTO outbox (key, lane, channel, session, kind, payload, not_before, not_after, created_at, edits, begins)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO NOTHING;

-- name: withdraw!
-- A stop in the same batch overtook it: kept for people to see, and never sent.
UPDATE outbox SET state = 'cancelled', error = 'opted out', settled_at = :now WHERE key = :key AND state = 'queued';

-- name: set_timers!
INSERT INTO timer (key, lane, due_at) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at;

-- name: clear_timers!
DELETE FROM timer WHERE key = ?;

-- name: add_journal!
INSERT INTO journal (session, turn, at, event) VALUES (?, ?, ?, ?);

-- name: insert_cases!
INSERT INTO cases (id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, state, version, basis)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING;

-- name: update_cases!
UPDATE cases SET desk = :desk, phase = :phase, owner = :owner, priority = :priority, due_at = :due_at,
  responded_at = :responded_at, resolved_at = :resolved_at, confirmed_at = :confirmed_at, cause = :cause, score = :score,
  score_after = :score_after, language = :language, state = :state, version = :version
WHERE id = :id AND version = :version - 1;

-- name: add_entries!
INSERT INTO case_entry (case_id, turn, n, at, kind, actor, text, key, media) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_places!
INSERT INTO case_place (case_id, place, inbound, opening) VALUES (?, ?, ?, ?)
ON CONFLICT (case_id, place) DO NOTHING;

-- name: save_place!
INSERT INTO case_place (case_id, place, inbound, thread, card_id) VALUES (:case_id, :place, :inbound, :thread, :card_id)
ON CONFLICT (case_id, place) DO UPDATE SET
  inbound = coalesce(nullif(excluded.inbound, ''), inbound),
  thread = coalesce(nullif(excluded.thread, ''), thread),
  card_id = coalesce(nullif(excluded.card_id, ''), card_id),
  opening = CASE WHEN excluded.thread = '' THEN opening ELSE '' END;

-- name: lose_thread!
-- The provider has it no longer; a new one is about to be opened.
UPDATE case_place SET thread = '', opening = :opening WHERE case_id = :case_id AND place = :place;

-- name: opening
-- The groups among these lanes in which a case is to get a thread that nobody knows yet.
SELECT l.value FROM json_each(:groups) AS l
WHERE EXISTS (SELECT 1 FROM case_place AS p WHERE p.opening = l.value AND p.opening <> '');

-- name: forward!
-- To the lane of the case's customer, once.
INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)
SELECT :channel, :event_key, 'event', lane, :received_at, :received_at, :body FROM cases WHERE id = :case_id
ON CONFLICT (channel, event_key) DO NOTHING;

-- name: supersede!
-- What waits to change a message that is about to be changed again.
UPDATE outbox SET state = 'cancelled', error = 'a newer change has taken its place', settled_at = :now
WHERE lane = :lane AND edits = :edits AND edits <> '' AND state = 'queued'
  AND id < (SELECT n.id FROM outbox AS n WHERE n.key = :before_key);

-- name: dockets
-- The cases that agents on these lanes may mean: a thread's whatever its phase, a phone's until they are confirmed.
SELECT p.inbound, c.id, c.code, c.lane, c.owner, c.phase, c.state
FROM json_each(:lanes) AS l
CROSS JOIN case_place AS p ON p.inbound = l.value AND p.inbound <> ''
CROSS JOIN cases AS c ON c.id = p.case_id
WHERE p.thread <> '' OR c.phase <> 'confirmed'
ORDER BY p.thread = '', c.phase = 'resolved', c.opened_at DESC LIMIT :most;

-- name: place
-- What the provider called the thread of this lane, and the card in it.
SELECT thread, card_id FROM case_place WHERE case_id = :case_id AND place = :place;

-- name: deliver_by_key
-- A report never takes a message back to an earlier state, and settles one whose send was in doubt.
UPDATE outbox SET state = :state, rank = :rank, code = :code, error = :error, unknown_since = 0, settled_at = :at,
  not_before = CASE WHEN :held_until > 0 THEN :held_until WHEN :rank = 3 THEN :at ELSE not_before END,
  provider_id = CASE WHEN :provider_id = '' THEN provider_id ELSE :provider_id END
WHERE key = :key AND channel = :channel AND rank < :rank
RETURNING id, key, lane, kind, not_before;

-- name: deliver_by_provider_id
UPDATE outbox SET state = :state, rank = :rank, code = :code, error = :error, unknown_since = 0, settled_at = :at,
  not_before = CASE WHEN :held_until > 0 THEN :held_until WHEN :rank = 3 THEN :at ELSE not_before END
WHERE channel = :channel AND provider_id = :provider_id AND provider_id <> '' AND rank < :rank
RETURNING id, key, lane, kind, not_before;

-- name: release!
-- What waits in a lane for a message that has been passed on now goes at once, and not behind a campaign.
UPDATE outbox SET not_before = :at
WHERE lane = :lane AND id > :id AND state = 'queued' AND not_before = :held_until
  AND state IN ('queued', 'sending', 'reconciling');

-- name: shown_in
-- The keys of what stands in one message at a desk, the newest first. A provider's ids are unique in a group at least, and few
-- groups share one: the index finds these, the rest is compared.
SELECT key FROM outbox
WHERE channel = :channel AND provider_id = :ref AND provider_id <> '' AND kind = 'desk'
  AND substr(lane, 1, length(:lane) + 2) = :lane || '#@'
ORDER BY id DESC LIMIT 50;

-- name: finish_events!
UPDATE inbox SET state = 'done' WHERE id = ?;

-- name: park_events!
UPDATE inbox SET state = :state, attempts = :attempts, ready_at = :ready_at, error = :error WHERE id = :id;

-- name: doubt_dead_leases!
-- A worker that died in mid-send may have sent.
UPDATE outbox SET state = 'reconciling', not_before = :now + :rest, unknown_since = :now, error = 'worker died in mid-send'
WHERE state = 'sending' AND lease_until < :now AND channel IN (SELECT value FROM json_each(:channels))
  AND state IN ('sending', 'reconciling');

-- name: due
-- Heads of their lanes' outboxes that may be sent now, with what decides whether they still may. First what has become
-- due in the last 5 s, the latest in front: an answer to somebody who waits for it, or a message that a limit gave this
-- very moment, does not queue behind a campaign. Then first come, first served. Last comes until when the message before
-- it holds it up, if the provider has that one and has not passed it on yet (rank 3), and what the message stands on.
SELECT * FROM (
  SELECT o.id, o.channel, o.edits, o.kind, coalesce(a.opted_out_at, a.barred_at, 0),
    CASE WHEN s.outcome = 'superseded' OR a.session <> s.id THEN 'nobody' ELSE coalesce(s.owner, 'bot') END,
    coalesce((
      SELECT CASE p.rank WHEN 3 THEN p.not_before ELSE 0 END FROM outbox AS p
      WHERE p.lane = o.lane AND p.id < o.id AND p.state NOT IN ('cancelled', 'expired') ORDER BY p.id DESC LIMIT 1), 0),
    o.key, o.not_after, o.begins, coalesce(s.basis, ''), coalesce(s.grant_id, ''), coalesce(s.quiet, '')
  FROM outbox AS o
  LEFT JOIN address AS a ON a.lane = o.lane
  LEFT JOIN session AS s ON s.id = o.session
  WHERE o.state = 'queued' AND o.not_before <= :now AND o.not_before > :now - 5000 AND o.channel IN (SELECT value FROM json_each(:channels))
    AND o.state IN ('queued', 'sending', 'reconciling')
    AND NOT EXISTS (
      SELECT 1 FROM outbox AS e
      WHERE e.lane = o.lane AND e.id < o.id AND e.state IN ('queued', 'sending', 'reconciling'))
  ORDER BY o.not_before DESC, o.id LIMIT :limit
)
UNION ALL
SELECT * FROM (
  SELECT o.id, o.channel, o.edits, o.kind, coalesce(a.opted_out_at, a.barred_at, 0),
    CASE WHEN s.outcome = 'superseded' OR a.session <> s.id THEN 'nobody' ELSE coalesce(s.owner, 'bot') END,
    coalesce((
      SELECT CASE p.rank WHEN 3 THEN p.not_before ELSE 0 END FROM outbox AS p
      WHERE p.lane = o.lane AND p.id < o.id AND p.state NOT IN ('cancelled', 'expired') ORDER BY p.id DESC LIMIT 1), 0),
    o.key, o.not_after, o.begins, coalesce(s.basis, ''), coalesce(s.grant_id, ''), coalesce(s.quiet, '')
  FROM outbox AS o
  LEFT JOIN address AS a ON a.lane = o.lane
  LEFT JOIN session AS s ON s.id = o.session
  WHERE o.state = 'queued' AND o.not_before <= :now - 5000 AND o.channel IN (SELECT value FROM json_each(:channels))
    AND o.state IN ('queued', 'sending', 'reconciling')
    AND NOT EXISTS (
      SELECT 1 FROM outbox AS e
      WHERE e.lane = o.lane AND e.id < o.id AND e.state IN ('queued', 'sending', 'reconciling'))
  ORDER BY o.not_before LIMIT :limit
)
LIMIT :limit;

-- name: refuse
UPDATE outbox SET state = :state, error = :error, settled_at = :now WHERE id = :id
RETURNING key, lane, kind, state, error;

-- name: grant
-- What holds now of what a survey was begun on, and whether its address is suppressed meanwhile.
SELECT g.event, g.basis, g.lapsed_at IS NOT NULL, EXISTS (
  SELECT 1 FROM suppression AS x WHERE x.hmac = e.hmac AND x.channel IN (:channel, '*') AND x.scope IN ('all', e.purpose)
    AND (x.expires_at IS NULL OR x.expires_at > :now))
FROM consent_event AS e
JOIN consent_grant AS g ON g.hmac = e.hmac AND g.purpose = e.purpose AND g.channel = e.channel
WHERE e.id = :grant;

-- name: use_basis!
INSERT INTO consent_use (outbox_key, basis, consent_event, at) VALUES (?, ?, ?, ?)
ON CONFLICT (outbox_key) DO UPDATE SET basis = excluded.basis, consent_event = excluded.consent_event, at = excluded.at;

-- name: hold!
UPDATE outbox SET not_before = :held_until WHERE id = :id;

-- name: take
UPDATE outbox SET state = 'sending', lease_owner = :owner, lease_until = :until, lease_epoch = lease_epoch + 1,
  attempts = attempts + 1, rank = 1,
  first_attempt_at = CASE WHEN first_attempt_at = 0 THEN :now ELSE first_attempt_at END
WHERE id = :id
RETURNING id, key, lane, channel, payload, attempts, first_attempt_at, lease_epoch, unknown_since, kind;

-- name: shown
SELECT payload, provider_id FROM outbox WHERE key = :key;

-- name: doubtful
SELECT id FROM outbox
WHERE state = 'reconciling' AND not_before <= :now AND lease_until < :now AND state IN ('sending', 'reconciling')
  AND channel IN (SELECT value FROM json_each(:channels)) AND along IS NULL
ORDER BY not_before LIMIT :limit;

-- name: take_doubtful
UPDATE outbox SET lease_owner = :owner, lease_until = :until, lease_epoch = lease_epoch + 1 WHERE id = :id
RETURNING id, key, lane, channel, payload, attempts, first_attempt_at, lease_epoch, unknown_since, kind;

-- name: settle!
-- Only while the lease is ours and no report has settled the message meanwhile. With `not_before`, a message that was sent
-- holds up its lane until then, or until a report of a higher rank than 3.
UPDATE outbox SET state = :state, not_before = CASE WHEN :not_before > 0 THEN :not_before ELSE not_before END,
  rank = CASE :state WHEN 'queued' THEN 0 WHEN 'reconciling' THEN 1 WHEN 'unknown' THEN 1
    WHEN 'sent' THEN CASE WHEN :not_before > 0 THEN 3 ELSE 4 END ELSE 4 END,
  unknown_since = CASE WHEN :state IN ('reconciling', 'unknown') AND unknown_since = 0 THEN :at
    WHEN :state IN ('reconciling', 'unknown') THEN unknown_since ELSE 0 END,
  lease_until = 0, provider_id = CASE WHEN :provider_id = '' THEN provider_id ELSE :provider_id END,
  sender = :sender, parts = :parts, code = :code, error = :error, settled_at = :at
WHERE id = :id AND lease_owner = :owner AND lease_epoch = :epoch AND state IN ('sending', 'reconciling');

-- name: behind
-- What is open in a lane behind a message that is being sent.
SELECT o.id, o.kind, o.state, o.not_after, o.payload
FROM outbox AS h JOIN outbox AS o ON o.lane = h.lane AND o.id > h.id AND o.state IN ('queued', 'sending', 'reconciling')
WHERE h.id = :id AND h.lease_owner = :owner AND h.lease_epoch = :epoch AND h.state = 'sending'
ORDER BY o.id LIMIT :most;

-- name: take_along
UPDATE outbox SET state = 'sending', lease_owner = :owner, lease_until = :until, lease_epoch = lease_epoch + 1,
  attempts = attempts + 1, rank = 1, along = :key,
  first_attempt_at = CASE WHEN first_attempt_at = 0 THEN :now ELSE first_attempt_at END
WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'queued'
RETURNING id, payload;

-- name: extend!
UPDATE outbox SET lease_until = :until WHERE id = :id;

-- name: along
-- What went out as a part of this message, if that is in doubt.
SELECT payload FROM outbox WHERE along = :key AND state IN ('sending', 'reconciling') ORDER BY id;

-- name: settle_along!
-- What went out as a part of this message ends as it does. If that was refused, each tries by itself.
UPDATE outbox SET state = CASE h.state WHEN 'failed' THEN 'queued' ELSE h.state END,
  not_before = h.not_before, rank = CASE h.state WHEN 'failed' THEN 0 ELSE h.rank END,
  unknown_since = h.unknown_since, lease_until = 0,
  provider_id = h.provider_id, sender = h.sender, code = h.code, error = h.error, settled_at = h.settled_at,
  along = CASE WHEN h.state IN ('queued', 'failed') THEN NULL ELSE outbox.along END
FROM (SELECT * FROM outbox WHERE id = :id) AS h
WHERE outbox.along = h.key AND outbox.state IN ('sending', 'reconciling') AND h.state <> 'sending';

-- name: learn_provider_id!
-- The report overtook the answer of the send: keep its state, add what only the answer knows.
UPDATE outbox SET provider_id = :provider_id, sender = :sender, parts = :parts
WHERE id = :id AND lease_owner = :owner AND lease_epoch = :epoch AND :provider_id <> '' AND rank >= 3;

-- name: due_timers
DELETE FROM timer WHERE key IN (SELECT key FROM timer WHERE due_at <= :now ORDER BY due_at LIMIT :limit)
RETURNING key, lane, due_at;

-- name: next_wake
SELECT min(at) FROM (SELECT min(ready_at) AS at FROM inbox WHERE state = 'new' UNION ALL SELECT min(due_at) FROM timer);

-- name: save_revision!
INSERT INTO flow_revision (revision, flow, source, saved_at) VALUES (:revision, :flow, :source, :now)
ON CONFLICT (revision) DO NOTHING;

-- name: latest_version
-- The number of a flow's latest version, and the revision that came from its file last.
SELECT coalesce(max(n), 0),
  coalesce((SELECT revision FROM flow_version WHERE flow = :flow AND kind = 'file' ORDER BY n DESC LIMIT 1), '')
FROM flow_version WHERE flow = :flow;

-- name: add_version!
INSERT INTO flow_version (flow, n, revision, kind, author, note, at) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: watermark
SELECT at FROM watermark WHERE channel = :channel;

-- name: move_watermark!
INSERT INTO watermark (channel, at) VALUES (:channel, :at)
ON CONFLICT (channel) DO UPDATE SET at = max(watermark.at, excluded.at);

-- name: use_link
-- The first who opens a link in time has it.
UPDATE link SET used_at = :at, used_by = :lane
WHERE token = :token AND channel = :channel AND used_at = 0 AND expires_at > :at
RETURNING invite, used_by;

-- name: find_link
SELECT invite, used_by FROM link WHERE token = :token AND channel = :channel;

-- name: save_link!
INSERT INTO link (token, channel, invite, created_at, expires_at)
VALUES (:token, :channel, :invite, :created_at, :expires_at)
ON CONFLICT (token) DO NOTHING;

-- name: save_installation!
INSERT INTO installation (channel, account, sealed, saved_at) VALUES (:channel, :account, :sealed, :now)
ON CONFLICT (channel, account) DO UPDATE SET sealed = excluded.sealed, saved_at = excluded.saved_at;

-- name: remove_installation!
DELETE FROM installation WHERE channel = :channel AND account = :account;

-- name: voucher
SELECT code FROM voucher WHERE key = :key;

-- name: used_codes
SELECT code FROM voucher WHERE desk = :desk AND name = :name;

-- name: use_code!
INSERT INTO voucher (desk, name, code, key, at) VALUES (:desk, :name, :code, :key, :now);

-- name: save_file!
INSERT INTO file (token_hash, id, name, mime, size, data, created_at, expires_at)
VALUES (:token_hash, :id, :name, :mime, :size, :data, :created_at, :expires_at);

-- name: drop_files!
DELETE FROM file WHERE token_hash IN (SELECT token_hash FROM file WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit);
