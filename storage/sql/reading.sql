-- What pages, exports and the doctor look at; the same text on both databases.
--
-- Sessions and cases of the basis 'test' are surveys that somebody only tries out: they count nowhere. A test goes through all
-- statements here that read sessions, answers or cases.

-- name: response_sessions
SELECT s.id AS session, s.lane, s.flow, s.revision, s.variant, s.language, s.outcome, s.started_at
FROM session AS s
WHERE (s.started_at > :at OR (s.started_at = :at AND s.id > :session))
  AND CASE s.basis WHEN 'test' THEN 'test' ELSE '' END = :basis
  AND EXISTS (SELECT 1 FROM answer AS a WHERE a.session = s.id)
ORDER BY s.started_at, s.id LIMIT :limit;

-- name: response_answers
SELECT a.session, a.question, a.type, a.channel, a.value, a.text, a.segment, a.comment, a.at, a.corrections
FROM answer AS a
JOIN session AS s ON s.id = a.session
WHERE (s.started_at > :at OR (s.started_at = :at AND s.id > :session))
  AND (s.started_at < :last_at OR (s.started_at = :last_at AND s.id <= :last_session))
  AND CASE s.basis WHEN 'test' THEN 'test' ELSE '' END = :basis
ORDER BY a.at, a.question;

-- name: said
SELECT id, received_at AS at, kind, body, state FROM inbox
WHERE lane = :lane AND kind IN ('said', 'keyword', 'pressed') ORDER BY id DESC LIMIT :limit;

-- name: told
SELECT id, key, created_at AS at, kind, payload, state, attempts, code, error, parts, not_before FROM outbox
WHERE lane = :lane ORDER BY id DESC LIMIT :limit;

-- name: latest_sessions
SELECT id, lane, flow, revision, language, owner, outcome, basis, started_at, ended_at, heard_at, state, version FROM session
ORDER BY started_at DESC LIMIT :limit;

-- name: outbox_row
SELECT key, lane, channel, session, kind, state, attempts, provider_id, sender, parts, code, error, created_at, settled_at
FROM outbox WHERE key = :key;

-- name: provider_ids
SELECT provider_id FROM outbox WHERE lane = :lane AND provider_id <> '' ORDER BY id DESC LIMIT 200;

-- name: session_timer
SELECT due_at FROM timer WHERE key = :key;

-- name: lane_state
-- With whether the person is being asked, or looked after, for real.
SELECT a.lane, a.language, coalesce(a.opted_out_at, a.barred_at) AS opted_out_at, a.heard_at, a.sender, a.session, a.seen_at, coalesce(a.case_id, '') AS case_id,
  CASE WHEN s.outcome = '' AND s.basis <> 'test' THEN 'survey'
    WHEN c.phase IN ('open', 'claimed', 'waiting') AND c.basis <> 'test' THEN 'case' ELSE '' END AS busy
FROM address AS a
LEFT JOIN session AS s ON s.id = a.session
LEFT JOIN cases AS c ON c.id = a.case_id
WHERE a.lane = :lane;

-- name: inbox_event
SELECT id, state, attempts, error, received_at FROM inbox WHERE channel = :channel AND event_key = :event_key;

-- name: counts
SELECT 'inbox_new' AS name, count(*) AS n FROM inbox WHERE state = 'new'
UNION ALL SELECT 'inbox_poison', count(*) FROM inbox WHERE state = 'poison'
UNION ALL SELECT 'outbox_open', count(*) FROM outbox WHERE state IN ('queued', 'sending', 'reconciling')
UNION ALL SELECT 'outbox_unknown', count(*) FROM outbox WHERE state = 'unknown'
UNION ALL SELECT 'sessions_running', count(*) FROM session WHERE outcome = '' AND basis <> 'test'
UNION ALL SELECT 'timers', count(*) FROM timer
UNION ALL SELECT 'cases_open', count(*) FROM cases WHERE phase IN ('open', 'claimed', 'waiting') AND basis <> 'test'
UNION ALL SELECT 'cases_overdue', count(*) FROM cases
  WHERE phase IN ('open', 'claimed', 'waiting') AND due_at > 0 AND due_at < :now AND basis <> 'test'
UNION ALL SELECT 'desk_threads_stuck', count(DISTINCT lane) FROM outbox
  WHERE state IN ('queued', 'sending', 'reconciling') AND kind IN ('card', 'desk') AND error <> '';

-- name: latest_cases
SELECT id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, version, basis
FROM cases ORDER BY opened_at DESC LIMIT :limit;

-- name: cases_in
SELECT id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, version, basis
FROM cases WHERE phase IN (:one, :two, :three, :four, :five) AND (:desk = '' OR desk = :desk)
ORDER BY opened_at DESC LIMIT :limit;

-- name: cases_waiting
-- What people at a desk look at, the most pressing first: what is due, then the oldest.
SELECT id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, state, version, basis
FROM cases
WHERE phase IN (:one, :two, :three) AND (:desk = '' OR desk = :desk)
  AND (:owner = '' OR owner = :owner OR owner = :also)
ORDER BY CASE WHEN due_at > 0 THEN 0 ELSE 1 END, due_at, opened_at, id LIMIT :limit OFFSET :offset;

-- name: cases_over
-- What they have solved, the latest case first: in the order of its index, however many there are.
SELECT id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, state, version, basis
FROM cases WHERE phase || '' IN ('resolved', 'confirmed') AND (:desk = '' OR desk = :desk)
ORDER BY opened_at DESC LIMIT :limit OFFSET :offset;

-- name: live_threads
-- The lanes of the threads of cases that are not confirmed, the newest case first.
SELECT p.inbound FROM cases AS c JOIN case_place AS p ON p.case_id = c.id AND p.thread <> ''
WHERE c.phase IN ('open', 'claimed', 'waiting', 'resolved')
ORDER BY c.opened_at DESC, p.place LIMIT :limit;

-- name: cases_by_code
SELECT id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, version, basis
FROM cases WHERE code = :code ORDER BY opened_at DESC LIMIT 20;

-- name: case
SELECT id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, state, version, basis
FROM cases WHERE id = :id;

-- name: case_entries
-- What happened to a case, with what became of each message by now.
SELECT e.case_id, e.turn, e.n, e.at, e.kind, e.actor AS "by", e.text, e.key, e.media,
  coalesce(o.state, '') AS delivery, coalesce(o.code, '') AS code, coalesce(o.error, '') AS error
FROM case_entry AS e LEFT JOIN outbox AS o ON o.key = e.key AND e.key <> ''
WHERE e.case_id = :id ORDER BY e.turn, e.n;

-- name: place_card
SELECT payload FROM outbox
WHERE lane = :place AND kind = 'card' AND key >= :first AND key < :last ORDER BY id DESC LIMIT 1;

-- name: place_notes
SELECT payload FROM outbox
WHERE lane = :place AND kind = 'desk' AND state IN ('sent', 'delivered', 'read') AND key >= :first AND key < :last
ORDER BY id DESC LIMIT :limit;

-- name: stuck_at_desks
-- What desks should have read and a provider has not taken so far.
SELECT channel, lane, created_at, code, error FROM outbox
WHERE state IN ('queued', 'sending', 'reconciling') AND kind IN ('card', 'desk') AND error <> ''
ORDER BY id LIMIT :limit;

-- name: outbox_states
SELECT channel, state, count(*) AS n FROM outbox GROUP BY channel, state ORDER BY channel, state;

-- name: poison
SELECT id, channel, event_key, kind, received_at, attempts, error FROM inbox WHERE state = 'poison'
ORDER BY id DESC LIMIT :limit;

-- name: running_revisions
SELECT DISTINCT revision FROM session WHERE outcome = '';

-- name: revision
SELECT source FROM flow_revision WHERE revision = :revision;

-- name: current_versions
SELECT flow, n, revision, kind, author, note, at FROM flow_version AS v
WHERE NOT EXISTS (SELECT 1 FROM flow_version AS later WHERE later.flow = v.flow AND later.n > v.n) ORDER BY flow;

-- name: file_versions
SELECT flow, n, revision, kind, author, note, at FROM flow_version AS v
WHERE kind = 'file' AND NOT EXISTS (
  SELECT 1 FROM flow_version AS later WHERE later.flow = v.flow AND later.n > v.n AND later.kind = 'file'
) ORDER BY flow;

-- name: flow_revisions
SELECT revision FROM flow_revision WHERE flow = :flow ORDER BY saved_at, revision;

-- name: running_sessions
-- Who tries a version out stays on it.
SELECT id, lane, state FROM session
WHERE outcome = '' AND revision = :revision AND id > :after AND basis <> 'test' ORDER BY id LIMIT :limit;

-- name: versions
SELECT flow, n, revision, kind, author, note, at FROM flow_version WHERE flow = :flow ORDER BY n DESC;

-- name: experiment
-- What became of a flow's conversations, by revision and variant. The score is the first that was given; who stopped after the
-- end has opted out, too.
SELECT s.revision, s.variant, count(*) AS asked,
  count(*) FILTER (WHERE s.outcome = 'completed') AS completed,
  count(*) FILTER (WHERE s.outcome = 'opted_out' OR (d.session = s.id AND d.opted_out_at >= s.started_at)) AS opted_out,
  count(*) FILTER (WHERE a.segment = 'detractor') AS detractors,
  count(*) FILTER (WHERE a.segment = 'passive') AS passives,
  count(*) FILTER (WHERE a.segment = 'promoter') AS promoters
FROM session AS s
LEFT JOIN address AS d ON d.lane = s.lane
LEFT JOIN answer AS a ON a.session = s.id AND a.type = 'nps' AND NOT EXISTS (
  SELECT 1 FROM answer AS e WHERE e.session = s.id AND e.type = 'nps'
    AND (e.at < a.at OR (e.at = a.at AND e.question < a.question)))
WHERE s.flow = :flow AND s.basis <> 'test'
GROUP BY s.revision, s.variant ORDER BY s.revision, s.variant;

-- name: past_conversations
-- Conversations of a flow, oldest first, each with its journal: one row per turn.
SELECT s.id AS session, s.revision, s.started_at, j.at, j.event
FROM (
  SELECT id, revision, started_at FROM session
  WHERE flow = :flow AND basis <> 'test' AND (started_at > :at OR (started_at = :at AND id > :session))
  ORDER BY started_at, id LIMIT :limit
) AS s
JOIN journal AS j ON j.session = s.id
ORDER BY s.started_at, s.id, j.turn;

-- name: journal
SELECT turn, at, event FROM journal WHERE session = :session ORDER BY turn;

-- name: link
SELECT token, channel, created_at, expires_at, used_at, used_by FROM link WHERE token = :token;

-- name: installation
SELECT sealed FROM installation WHERE channel = :channel AND account = :account;

-- name: installations
SELECT account FROM installation WHERE channel = :channel ORDER BY account;

-- name: file
SELECT name, mime, data FROM file WHERE token_hash = :token_hash AND expires_at > :now;
