-- The writer's statements on PostgreSQL. Sets of rows come in as one array per column (`unnest`), in the field order of
-- bot/rows.py; aiosql numbers the parameters in the order of their first appearance, and they are passed positionally.
--
-- Whoever changes a lane holds its advisory lock until commit. Row locks on lane heads would not do: an event with a
-- smaller id may commit later than its successor, and two workers would then be in the same lane.

-- name: accept!
-- Inserted in order of the unique key, so that two callers with the same events wait for each other instead of
-- deadlocking; numbered in order of arrival.
INSERT INTO inbox (id, channel, event_key, kind, lane, received_at, ready_at, body, state, error)
SELECT id, channel, event_key, kind, lane, received_at, ready_at, body, state, error
FROM (
  SELECT nextval('inbox_id_seq') AS id, r.*
  FROM unnest(:channel::text[], :event_key::text[], :kind::text[], :lane::text[], :received_at::bigint[],
    :ready_at::bigint[], :body::text[], :state::text[], :error::text[])
    AS r (channel, event_key, kind, lane, received_at, ready_at, body, state, error)
) AS arrival
ORDER BY channel, event_key, id
ON CONFLICT (channel, event_key) DO NOTHING;

-- name: wake_lanes!
-- A button or keyword does not wait for what rests before it. Rows that a worker has in hand are skipped: they rest no more.
UPDATE inbox SET ready_at = woken.now
FROM (
  SELECT i.id, w.now
  FROM unnest(:lane::text[], :now::bigint[]) AS w (lane, now)
  JOIN inbox AS i ON i.lane = w.lane AND i.state = 'new' AND i.ready_at > w.now
  FOR UPDATE OF i SKIP LOCKED
) AS woken
WHERE inbox.id = woken.id;

-- name: lock_ready_lanes
-- Lanes whose oldest new event is ready and that nobody else is working on. OFFSET 0 keeps the lock out of the scan, so
-- that only as many lanes are tried as are needed.
SELECT lane FROM (
  SELECT h.lane FROM inbox AS h
  WHERE h.state = 'new' AND h.ready_at <= :now
    AND h.id = (SELECT e.id FROM inbox AS e WHERE e.lane = h.lane AND e.state = 'new' ORDER BY e.id LIMIT 1)
  ORDER BY h.ready_at OFFSET 0
) AS head
WHERE pg_try_advisory_xact_lock(hashtextextended(lane, 0))
LIMIT :limit;

-- name: claim
-- All new events of locked lanes, with the lane's address, latest session and case, and whether agents are there. A statement
-- of its own: its snapshot is younger than the locks, so it sees all that the lanes' previous holders committed, and checks
-- again that the heads are ready.
SELECT i.id, i.lane, i.received_at, i.attempts, i.body,
  (a.lane IS NOT NULL)::int, a.language, coalesce(a.opted_out_at, a.barred_at), a.heard_at, a.sender, a.session, s.state, s.version,
  a.history, c.state, c.version, s.quiet,
  EXISTS (SELECT 1 FROM case_place AS p WHERE p.inbound = claimed.lane AND p.inbound <> '')
FROM unnest(:lanes::text[]) AS claimed (lane)
CROSS JOIN LATERAL (
  SELECT e.*, first_value(e.ready_at) OVER (ORDER BY e.id) AS head_ready_at
  FROM inbox AS e WHERE e.lane = claimed.lane AND e.state = 'new'
) AS i
LEFT JOIN address AS a ON a.lane = claimed.lane
LEFT JOIN session AS s ON s.id = a.session
LEFT JOIN cases AS c ON c.id = a.case_id
WHERE i.head_ready_at <= :now
ORDER BY i.id LIMIT :most;

-- name: save_addresses!
INSERT INTO address (lane, channel, account, chat, thread, language, opted_out_at, heard_at, sender, session, seen_at, case_id, history)
SELECT lane, channel, account, chat, thread, language, nullif(opted_out_at, 0), heard_at, sender, session, seen_at,
  nullif(case_id, ''), history
FROM unnest(:lane::text[], :channel::text[], :account::text[], :chat::text[], :thread::text[], :language::text[],
  :opted_out_at::bigint[], :heard_at::bigint[], :sender::text[], :session::text[], :seen_at::bigint[],
  :case_id::text[], :history::text[])
  AS r (lane, channel, account, chat, thread, language, opted_out_at, heard_at, sender, session, seen_at, case_id, history)
ON CONFLICT (lane) DO UPDATE SET language = excluded.language, opted_out_at = excluded.opted_out_at,
  heard_at = excluded.heard_at, sender = excluded.sender, session = excluded.session,
  case_id = excluded.case_id, history = excluded.history;

-- name: silence!
UPDATE outbox SET state = 'cancelled', error = 'opted out', settled_at = :now
WHERE lane = ANY(:lanes::text[]) AND state = 'queued' AND kind <> 'notice';

-- name: awake!
-- The customer writes: the question goes before the answer to that, whatever the hour, and what would remind of it does not.
UPDATE outbox SET not_before = least(not_before, :now::bigint), begins = 0,
  state = CASE begins WHEN 2 THEN 'cancelled' ELSE state END,
  error = CASE begins WHEN 2 THEN 'the customer was faster' ELSE error END,
  settled_at = CASE begins WHEN 2 THEN :now ELSE settled_at END
WHERE lane = ANY(:lanes::text[]) AND state = 'queued' AND begins > 0;

-- name: insert_sessions!
INSERT INTO session (id, lane, flow, revision, language, owner, outcome, basis, started_at, ended_at, heard_at, state, version, variant,
  grant_id, quiet)
SELECT * FROM unnest(:id::text[], :lane::text[], :flow::text[], :revision::text[], :language::text[], :owner::text[],
  :outcome::text[], :basis::text[], :started_at::bigint[], :ended_at::bigint[], :heard_at::bigint[], :state::text[],
  :version::int[], :variant::text[], :grant_id::text[], :quiet::text[])
ON CONFLICT (id) DO NOTHING;

-- name: update_sessions!
UPDATE session AS s SET revision = r.revision, owner = r.owner, outcome = r.outcome, ended_at = r.ended_at,
  heard_at = r.heard_at, state = r.state, version = r.version
FROM unnest(:id::text[], :revision::text[], :owner::text[], :outcome::text[], :ended_at::bigint[], :heard_at::bigint[],
  :state::text[], :version::int[]) AS r (id, revision, owner, outcome, ended_at, heard_at, state, version)
WHERE s.id = r.id AND s.version = r.version - 1;

-- name: save_answers!
INSERT INTO answer (session, question, type, flow, revision, lane, channel, language, value, text, segment, comment, at, day, corrections)
SELECT * FROM unnest(:session::text[], :question::text[], :type::text[], :flow::text[], :revision::text[], :lane::text[],
  :channel::text[], :language::text[], :value::int[], :text::text[], :segment::text[], :comment::text[], :at::bigint[],
  :day::text[], :corrections::int[])
ON CONFLICT (session, question) DO UPDATE SET type = excluded.type, value = excluded.value, text = excluded.text,
  segment = excluded.segment, comment = excluded.comment, at = excluded.at, day = excluded.day,
  corrections = excluded.corrections;

-- name: clear_timers!
DELETE FROM timer WHERE key = ANY(:keys::text[]);

-- name: set_timers!
INSERT INTO timer (key, lane, due_at) SELECT * FROM unnest(:key::text[], :lane::text[], :due_at::bigint[])
ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at;

-- name: add_journal!
INSERT INTO journal (session, turn, at, event)
SELECT * FROM unnest(:session::text[], :turn::int[], :at::bigint[], :event::text[]);

-- name: insert_cases!
INSERT INTO cases (id, code, lane, session, desk, phase, owner, priority, opened_at, due_at, responded_at, resolved_at, confirmed_at,
  cause, score, score_after, channel, language, state, version, basis)
SELECT * FROM unnest(:id::text[], :code::text[], :lane::text[], :session::text[], :desk::text[], :phase::text[], :owner::text[],
  :priority::text[], :opened_at::bigint[], :due_at::bigint[], :responded_at::bigint[], :resolved_at::bigint[],
  :confirmed_at::bigint[], :cause::text[], :score::int[], :score_after::int[], :channel::text[], :language::text[],
  :state::text[], :version::int[], :basis::text[])
ON CONFLICT (id) DO NOTHING;

-- name: update_cases!
UPDATE cases AS c SET desk = r.desk, phase = r.phase, owner = r.owner, priority = r.priority, due_at = r.due_at,
  responded_at = r.responded_at, resolved_at = r.resolved_at, confirmed_at = r.confirmed_at, cause = r.cause,
  score = r.score, score_after = r.score_after, language = r.language, state = r.state, version = r.version
FROM unnest(:id::text[], :desk::text[], :phase::text[], :owner::text[], :priority::text[], :due_at::bigint[],
  :responded_at::bigint[], :resolved_at::bigint[], :confirmed_at::bigint[], :cause::text[], :score::int[],
  :score_after::int[], :language::text[], :state::text[], :version::int[])
  AS r (id, desk, phase, owner, priority, due_at, responded_at, resolved_at, confirmed_at, cause, score, score_after,
    language, state, version)
WHERE c.id = r.id AND c.version = r.version - 1;

-- name: add_entries!
INSERT INTO case_entry (case_id, turn, n, at, kind, actor, text, key, media)
SELECT * FROM unnest(:case_id::text[], :turn::int[], :n::int[], :at::bigint[], :kind::text[], :actor::text[], :text::text[],
  :key::text[], :media::int[]);

-- name: add_places!
INSERT INTO case_place (case_id, place, inbound, opening)
SELECT * FROM unnest(:case_id::text[], :place::text[], :inbound::text[], :opening::text[])
ON CONFLICT (case_id, place) DO NOTHING;

-- name: save_place!
INSERT INTO case_place (case_id, place, inbound, thread, card_id) VALUES (:case_id, :place, :inbound, :thread, :card_id)
ON CONFLICT (case_id, place) DO UPDATE SET
  inbound = coalesce(nullif(excluded.inbound, ''), case_place.inbound),
  thread = coalesce(nullif(excluded.thread, ''), case_place.thread),
  card_id = coalesce(nullif(excluded.card_id, ''), case_place.card_id),
  opening = CASE WHEN excluded.thread = '' THEN case_place.opening ELSE '' END;

-- name: lose_thread!
-- The provider has it no longer; a new one is about to be opened.
UPDATE case_place SET thread = '', opening = :opening WHERE case_id = :case_id AND place = :place;

-- name: opening
-- The groups among these lanes in which a case is to get a thread that nobody knows yet. Before `dockets`: what is no longer
-- missing here is known there.
SELECT l.name FROM unnest(:groups::text[]) AS l (name)
WHERE EXISTS (SELECT 1 FROM case_place AS p WHERE p.opening = l.name AND p.opening <> '');

-- name: forward!
-- In order of arrival, to the lanes of the cases' customers; like everything from outside, without their locks.
INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)
SELECT r.channel, r.event_key, 'event', c.lane, r.received_at, r.received_at, r.body
FROM unnest(:event_key::text[], :case_id::text[], :channel::text[], :received_at::bigint[], :body::text[])
  WITH ORDINALITY AS r (event_key, case_id, channel, received_at, body, place)
JOIN cases AS c ON c.id = r.case_id
ORDER BY r.place
ON CONFLICT (channel, event_key) DO NOTHING;

-- name: supersede!
-- What waits to change a message that is about to be changed again.
UPDATE outbox AS o SET state = 'cancelled', error = 'a newer change has taken its place', settled_at = :now
FROM unnest(:lane::text[], :edits::text[], :before_key::text[]) AS r (lane, edits, before_key)
WHERE o.lane = r.lane AND o.edits = r.edits AND o.edits <> '' AND o.state = 'queued'
  AND o.id < (SELECT n.id FROM outbox AS n WHERE n.key = r.before_key);

-- name: dockets
-- The cases that agents on these lanes may mean: a thread's whatever its phase, a phone's until they are confirmed.
SELECT p.inbound, c.id, c.code, c.lane, c.owner, c.phase, c.state
FROM case_place AS p JOIN cases AS c ON c.id = p.case_id
WHERE p.inbound = ANY(:lanes::text[]) AND p.inbound <> '' AND (p.thread <> '' OR c.phase <> 'confirmed')
ORDER BY p.thread = '', c.phase = 'resolved', c.opened_at DESC LIMIT :most;

-- name: places
-- What providers called the threads of these lanes, and the cards in them.
SELECT p.place, p.thread, p.card_id
FROM unnest(:case_ids::text[], :places::text[]) AS r (case_id, place)
JOIN case_place AS p ON p.case_id = r.case_id AND p.place = r.place;

-- name: add_outbox!
-- In order of arrival: a lane's messages go out by id.
INSERT INTO outbox (key, lane, channel, session, kind, payload, not_before, not_after, created_at, edits, begins)
SELECT key, lane, channel, session, kind, payload, not_before, not_after, created_at, edits, begins
FROM unnest(:key::text[], :lane::text[], :channel::text[], :session::text[], :kind::text[], :payload::text[],
  :not_before::bigint[], :not_after::bigint[], :created_at::bigint[], :edits::text[], :begins::int[])
  WITH ORDINALITY AS r (key, lane, channel, session, kind, payload, not_before, not_after, created_at, edits, begins, place)
ORDER BY place
ON CONFLICT (key) DO NOTHING;

-- name: withdraw!
-- A stop in the same batch overtook it: kept for people to see, and never sent.
UPDATE outbox SET state = 'cancelled', error = 'opted out', settled_at = :now
WHERE key = ANY(:keys::text[]) AND state = 'queued';

-- name: find_reported
-- The messages that delivery reports are about.
SELECT o.id FROM unnest(:keys::text[]) AS r (key) JOIN outbox AS o ON o.key = r.key
UNION
SELECT o.id FROM unnest(:channels::text[], :provider_ids::text[]) AS r (channel, provider_id)
JOIN outbox AS o ON o.channel = r.channel AND o.provider_id = r.provider_id AND o.provider_id <> '';

-- name: lock_reported
-- In the same order as `lock_outbox` does. A statement of its own: where several reports are looked for and locked in
-- one, a message that somebody else has just changed is left out, and its report would be lost.
SELECT id, key, channel, provider_id, rank, lane, kind, not_before FROM outbox WHERE id = ANY(:ids::bigint[]) ORDER BY id FOR UPDATE;

-- name: deliver!
UPDATE outbox AS o SET state = r.state, rank = r.rank, code = r.code, error = r.error, unknown_since = 0, settled_at = r.at,
  not_before = CASE WHEN r.held_until > 0 THEN r.held_until WHEN r.rank = 3 THEN r.at ELSE o.not_before END,
  provider_id = CASE WHEN r.provider_id = '' THEN o.provider_id ELSE r.provider_id END
FROM unnest(:id::bigint[], :provider_id::text[], :state::text[], :rank::int[], :code::text[], :error::text[], :at::bigint[],
  :held_until::bigint[]) AS r (id, provider_id, state, rank, code, error, at, held_until)
WHERE o.id = r.id;

-- name: release!
-- What waits in a lane for a message that has been passed on now goes at once, and not behind a campaign.
UPDATE outbox SET not_before = :at
WHERE id = ANY(ARRAY(
  SELECT e.id FROM unnest(:id::bigint[], :lane::text[], :held_until::bigint[]) AS r (id, lane, held_until)
  CROSS JOIN LATERAL (
    SELECT o.id FROM outbox AS o
    WHERE o.lane = r.lane AND o.id > r.id AND coalesce(o.state, '') = 'queued' AND o.not_before = r.held_until OFFSET 0
  ) AS e
  FOR UPDATE
));

-- name: shown_in
-- The keys of what stands in one message at a desk, the newest first. A provider's ids are unique in a group at least, and few
-- groups share one: the index finds these, the rest is compared.
SELECT key FROM outbox
WHERE channel = :channel AND provider_id = :ref AND provider_id <> '' AND kind = 'desk'
  AND substr(lane, 1, length(:lane::text) + 2) = :lane::text || '#@'
ORDER BY id DESC LIMIT 50;

-- name: finish_events!
UPDATE inbox SET state = 'done' WHERE id = ANY(:ids::bigint[]) AND state = 'new';

-- name: park_events!
UPDATE inbox AS i SET state = r.state, attempts = r.attempts, ready_at = r.ready_at, error = r.error
FROM unnest(:id::bigint[], :state::text[], :attempts::int[], :ready_at::bigint[], :error::text[])
  AS r (id, state, attempts, ready_at, error)
WHERE i.id = r.id;

-- name: doubt_dead_leases!
-- A worker that died in mid-send may have sent.
UPDATE outbox SET state = 'reconciling', not_before = :now::bigint + :rest::bigint, unknown_since = :now, error = 'worker died in mid-send'
WHERE id IN (
  SELECT id FROM outbox
  WHERE state = 'sending' AND lease_until < :now AND channel = ANY(:channels::text[])
  FOR UPDATE SKIP LOCKED
);

-- name: lock_due_lanes
-- Lanes whose oldest open message is due, and that nobody else is working on: an opt-out being processed comes first.
-- In the order of `due` in sqlite.sql.
SELECT lane FROM (
  (SELECT h.lane FROM outbox AS h
  WHERE h.state = 'queued' AND h.not_before <= :now AND h.not_before > :now::bigint - 5000 AND h.channel = ANY(:channels::text[])
    AND h.id = (
      SELECT e.id FROM outbox AS e
      WHERE e.lane = h.lane AND e.state IN ('queued', 'sending', 'reconciling') ORDER BY e.id LIMIT 1)
  ORDER BY h.not_before DESC, h.id)
  UNION ALL
  (SELECT h.lane FROM outbox AS h
  WHERE h.state = 'queued' AND h.not_before <= :now::bigint - 5000 AND h.channel = ANY(:channels::text[])
    AND h.id = (
      SELECT e.id FROM outbox AS e
      WHERE e.lane = h.lane AND e.state IN ('queued', 'sending', 'reconciling') ORDER BY e.id LIMIT 1)
  ORDER BY h.not_before)
  OFFSET 0
) AS head
WHERE pg_try_advisory_xact_lock(hashtextextended(lane, 0))
LIMIT :limit;

-- name: open_messages
-- What is still open in locked lanes, oldest first, with what decides whether it may still be sent. Last comes, in a lane's
-- first row, until when the message before it holds it up, if the provider has that one and has not passed it on (rank 3).
-- LATERAL, because lane by lane it is found by index; else it would go through all that is open anywhere. So that no statistics
-- make the planner walk along the numbers or through all that is due instead, nothing here is in the order of the numbers
-- alone (the sums are not, nor is the message before, which may be one of another lane and counts for nothing then), and
-- coalesce hides from it that outbox_due has all of these states.
SELECT o.id, o.lane, o.state, o.not_before, o.channel, o.kind, coalesce(a.opted_out_at, a.barred_at, 0),
  CASE WHEN s.outcome = 'superseded' OR a.session <> s.id THEN 'nobody' ELSE coalesce(s.owner, 'bot') END, o.held_until,
  o.key, o.not_after, o.begins, coalesce(s.basis, ''), coalesce(s.grant_id, '') AS grant_id, coalesce(s.quiet, '')
FROM unnest(:lanes::text[]) AS locked (lane)
CROSS JOIN LATERAL (
  SELECT e.id, e.lane, e.state, e.not_before, e.not_after, e.kind, e.session, e.key, e.channel, e.begins,
    CASE WHEN row_number() OVER (ORDER BY e.id + 0) = 1 THEN coalesce((
      SELECT CASE WHEN p.lane = e.lane AND p.rank = 3 THEN p.not_before ELSE 0 END FROM outbox AS p
      WHERE (p.lane, p.id) < (e.lane, e.id) AND p.state NOT IN ('cancelled', 'expired')
      ORDER BY p.lane DESC, p.id DESC LIMIT 1), 0)
    ELSE 0 END AS held_until
  FROM outbox AS e
  WHERE e.lane = locked.lane AND coalesce(e.state, '') IN ('queued', 'sending', 'reconciling')
  ORDER BY e.id + 0
) AS o
LEFT JOIN address AS a ON a.lane = o.lane
LEFT JOIN session AS s ON s.id = o.session
ORDER BY o.lane, o.id;

-- name: grants
-- What holds now of what surveys were begun on, and whether their addresses are suppressed meanwhile.
SELECT e.id, r.channel, g.event, g.basis, (g.lapsed_at IS NOT NULL)::int, (EXISTS (
  SELECT 1 FROM suppression AS x WHERE x.hmac = e.hmac AND x.channel IN (r.channel, '*') AND x.scope IN ('all', e.purpose)
    AND (x.expires_at IS NULL OR x.expires_at > :now)))::int
FROM unnest(:grant_ids::text[], :channels::text[]) AS r (grant_id, channel)
JOIN consent_event AS e ON e.id = r.grant_id
JOIN consent_grant AS g ON g.hmac = e.hmac AND g.purpose = e.purpose AND g.channel = e.channel;

-- name: use_basis!
INSERT INTO consent_use (outbox_key, basis, consent_event, at)
SELECT * FROM unnest(:outbox_key::text[], :basis::text[], :consent_event::text[], :at::bigint[])
ON CONFLICT (outbox_key) DO UPDATE SET basis = excluded.basis, consent_event = excluded.consent_event, at = excluded.at;

-- name: hold!
UPDATE outbox AS o SET not_before = r.held_until
FROM unnest(:id::bigint[], :held_until::bigint[]) AS r (id, held_until)
WHERE o.id = r.id;

-- name: refuse
UPDATE outbox AS o SET state = r.state, error = r.error, settled_at = :now
FROM unnest(:id::bigint[], :state::text[], :error::text[]) AS r (id, state, error)
WHERE o.id = r.id
RETURNING o.key, o.lane, o.kind, o.state, o.error;

-- name: take
UPDATE outbox SET state = 'sending', lease_owner = :owner, lease_until = :until, lease_epoch = lease_epoch + 1,
  attempts = attempts + 1, rank = 1,
  first_attempt_at = CASE WHEN first_attempt_at = 0 THEN :now ELSE first_attempt_at END
WHERE id = ANY(:ids::bigint[]) AND state = 'queued'
RETURNING id, key, lane, channel, payload, attempts, first_attempt_at, lease_epoch, unknown_since,
  coalesce((SELECT e.payload FROM outbox AS e WHERE e.key = outbox.edits AND outbox.edits <> ''), ''),
  coalesce((SELECT e.provider_id FROM outbox AS e WHERE e.key = outbox.edits AND outbox.edits <> ''), ''), kind;

-- name: take_doubtful
UPDATE outbox SET lease_owner = :owner, lease_until = :until, lease_epoch = lease_epoch + 1
WHERE id = ANY(ARRAY(
  SELECT id FROM outbox
  WHERE state = 'reconciling' AND not_before <= :now AND lease_until < :now AND channel = ANY(:channels::text[]) AND along IS NULL
  ORDER BY not_before LIMIT :limit FOR UPDATE SKIP LOCKED
))
RETURNING id, key, lane, channel, payload, attempts, first_attempt_at, lease_epoch, unknown_since, '', '', kind;

-- name: lock_outbox
SELECT id FROM outbox WHERE id = ANY(:ids::bigint[]) ORDER BY id FOR UPDATE;

-- name: settle
-- Only while the lease is ours and no report has settled the message meanwhile. With `not_before`, a message that was sent
-- holds up its lane until then, or until a report of a higher rank than 3.
UPDATE outbox AS o SET state = r.state, not_before = CASE WHEN r.not_before > 0 THEN r.not_before ELSE o.not_before END,
  rank = CASE r.state WHEN 'queued' THEN 0 WHEN 'reconciling' THEN 1 WHEN 'unknown' THEN 1
    WHEN 'sent' THEN CASE WHEN r.not_before > 0 THEN 3 ELSE 4 END ELSE 4 END,
  unknown_since = CASE WHEN r.state IN ('reconciling', 'unknown') AND o.unknown_since = 0 THEN r.at
    WHEN r.state IN ('reconciling', 'unknown') THEN o.unknown_since ELSE 0 END,
  lease_until = 0, provider_id = CASE WHEN r.provider_id = '' THEN o.provider_id ELSE r.provider_id END,
  sender = r.sender, parts = r.parts, code = r.code, error = r.error, settled_at = r.at
FROM unnest(:id::bigint[], :owner::text[], :epoch::int[], :state::text[], :not_before::bigint[], :provider_id::text[],
  :sender::text[], :parts::int[], :code::text[], :error::text[], :at::bigint[])
  AS r (id, owner, epoch, state, not_before, provider_id, sender, parts, code, error, at)
WHERE o.id = r.id AND o.lease_owner = r.owner AND o.lease_epoch = r.epoch AND o.state IN ('sending', 'reconciling')
RETURNING o.id;

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
WHERE id = ANY(:ids::bigint[]) AND state = 'queued'
RETURNING id, payload;

-- name: extend!
UPDATE outbox SET lease_until = :until WHERE id = :id;

-- name: along
-- What went out as a part of these messages, if that is in doubt.
SELECT along, payload FROM outbox WHERE along = ANY(:keys::text[]) AND state IN ('sending', 'reconciling') ORDER BY id;

-- name: settle_along!
-- What went out as a part of these messages ends as they do. If one was refused, each part tries by itself.
UPDATE outbox AS o SET state = CASE h.state WHEN 'failed' THEN 'queued' ELSE h.state END,
  not_before = h.not_before, rank = CASE h.state WHEN 'failed' THEN 0 ELSE h.rank END,
  unknown_since = h.unknown_since, lease_until = 0,
  provider_id = h.provider_id, sender = h.sender, code = h.code, error = h.error, settled_at = h.settled_at,
  along = CASE WHEN h.state IN ('queued', 'failed') THEN NULL ELSE o.along END
FROM outbox AS h
WHERE h.id = ANY(:ids::bigint[]) AND h.state <> 'sending' AND o.along = h.key AND o.state IN ('sending', 'reconciling');

-- name: learn_provider_ids!
-- The report overtook the answer of the send: keep its state, add what only the answer knows.
UPDATE outbox AS o SET provider_id = r.provider_id, sender = r.sender, parts = r.parts
FROM unnest(:id::bigint[], :owner::text[], :epoch::int[], :provider_id::text[], :sender::text[], :parts::int[])
  AS r (id, owner, epoch, provider_id, sender, parts)
WHERE o.id = r.id AND o.lease_owner = r.owner AND o.lease_epoch = r.epoch AND r.provider_id <> '' AND o.rank >= 3;

-- name: due_timers
-- ARRAY, because a limited subquery of IN may run once per row, and then passes its limit.
DELETE FROM timer WHERE key = ANY(ARRAY(
  SELECT key FROM timer WHERE due_at <= :now ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
))
RETURNING key, lane, due_at;

-- name: next_wake
SELECT min(at) FROM (
  SELECT min(ready_at) AS at FROM inbox WHERE state = 'new' UNION ALL SELECT min(due_at) FROM timer
) AS waking;

-- name: save_revision!
INSERT INTO flow_revision (revision, flow, source, saved_at) VALUES (:revision, :flow, :source, :now)
ON CONFLICT (revision) DO NOTHING;

-- name: lock_flow
-- One at a time publishes a version of this flow.
SELECT pg_advisory_xact_lock(hashtextextended('flow ' || :flow, 0));

-- name: latest_version
-- The number of a flow's latest version, and the revision that came from its file last.
SELECT coalesce(max(n), 0),
  coalesce((SELECT revision FROM flow_version WHERE flow = :flow AND kind = 'file' ORDER BY n DESC LIMIT 1), '')
FROM flow_version WHERE flow = :flow;

-- name: add_version!
INSERT INTO flow_version (flow, n, revision, kind, author, note, at)
VALUES (:flow, :n, :revision, :kind, :author, :note, :at);

-- name: watermark
SELECT at FROM watermark WHERE channel = :channel;

-- name: move_watermark!
INSERT INTO watermark (channel, at) VALUES (:channel, :at)
ON CONFLICT (channel) DO UPDATE SET at = greatest(watermark.at, excluded.at);

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

-- name: lock_voucher
-- One at a time takes a code of this voucher.
SELECT pg_advisory_xact_lock(hashtextextended('voucher ' || :desk || ' ' || :name, 0));

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
