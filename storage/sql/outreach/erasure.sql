-- Erasure: what is personal goes, by lane and by contact; what proves that it had to goes on (RELIABILITY C3).

-- name: sessions_to_erase
SELECT id, flow, revision, language, outcome, started_at, ended_at, variant, basis FROM session
WHERE lane IN (SELECT value FROM json_each(:lanes));

-- name: cases_to_erase
SELECT id FROM cases WHERE lane IN (SELECT value FROM json_each(:lanes));

-- name: threads_to_erase
-- Only lanes that are about one of these cases: a phone at a desk hears of others, too.
SELECT DISTINCT inbound FROM case_place
WHERE case_id IN (SELECT value FROM json_each(:ids)) AND replace(inbound, '#', '') <> inbound
UNION SELECT DISTINCT place FROM case_place
WHERE case_id IN (SELECT value FROM json_each(:ids)) AND replace(place, '#', '') <> place;

-- name: erase_files
DELETE FROM file WHERE EXISTS (
  SELECT 1 FROM outbox AS o
  WHERE (o.lane IN (SELECT value FROM json_each(:lanes)) OR o.session IN (SELECT value FROM json_each(:ids)))
    AND substr(file.id, 1, length(o.key) + 1) = o.key || '/');

-- name: erase_outbox
DELETE FROM outbox
WHERE lane IN (SELECT value FROM json_each(:lanes)) OR session IN (SELECT value FROM json_each(:ids));

-- name: erase_told_reports
-- Reports quote what customers write: what was told goes whenever somebody is erased, and what waits is not sent any more.
UPDATE outbox SET payload = '{}',
  state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
  error = CASE state WHEN 'queued' THEN 'somebody whom it may quote was erased' ELSE error END
WHERE key IN (SELECT r.id FROM report_run AS r WHERE r.kind = 'report' AND r.channel <> '')
  AND state NOT IN ('sending', 'reconciling');

-- name: erase_reports_in_inbox
UPDATE inbox SET body = '{}', state = 'done', error = ''
WHERE EXISTS (SELECT 1 FROM report_run AS r WHERE r.id = inbox.event_key AND r.channel = inbox.channel AND r.kind = 'report');

-- name: erase_report_files
DELETE FROM file WHERE id IN (SELECT r.id || '/pdf' FROM report_run AS r);

-- name: erase_inbox
-- The keys stay, so that a delivery that is repeated is still known; those that name the address get another name.
UPDATE inbox SET body = '{}', lane = '', state = 'done', error = '',
  event_key = CASE WHEN replace(event_key, :chat, '') <> event_key THEN 'erased:' || CAST(id AS TEXT) ELSE event_key END
WHERE lane = :lane;

-- name: erase_timers
DELETE FROM timer WHERE lane IN (SELECT value FROM json_each(:lanes));

-- name: erase_journal
DELETE FROM journal WHERE session IN (SELECT value FROM json_each(:ids));

-- name: erase_entries
DELETE FROM case_entry WHERE case_id IN (SELECT value FROM json_each(:ids));

-- name: erase_places
DELETE FROM case_place WHERE case_id IN (SELECT value FROM json_each(:ids));

-- name: erase_cases
DELETE FROM cases WHERE id IN (SELECT value FROM json_each(:ids));

-- name: erase_links
DELETE FROM link WHERE used_by IN (SELECT value FROM json_each(:lanes));

-- name: erase_addresses
DELETE FROM address WHERE lane IN (SELECT value FROM json_each(:lanes));

-- name: erase_places_of_contact
DELETE FROM contact_address WHERE lane IN (SELECT value FROM json_each(:lanes)) OR contact = :contact;

-- name: keep_score
-- What was answered on that day, by nobody.
UPDATE answer SET session = :anonymous, lane = '', text = '', comment = '', at = at - at % 86400000 WHERE session = :id;

-- name: keep_session
UPDATE session SET id = :anonymous, lane = '', state = :state, grant_id = '', quiet = '',
  started_at = started_at - started_at % 86400000, ended_at = ended_at - ended_at % 86400000, heard_at = 0,
  outcome = CASE outcome WHEN '' THEN 'expired' ELSE outcome END
WHERE id = :id;

-- name: erase_answers
DELETE FROM answer WHERE session IN (SELECT value FROM json_each(:ids));

-- name: erase_sessions
DELETE FROM session WHERE id IN (SELECT value FROM json_each(:ids));

-- name: erase_happenings
DELETE FROM happening WHERE contact = :contact;

-- name: erase_decisions
UPDATE decision SET variables = '[{}, []]', inputs = '{}', lane = '', session = '',
  rule = CASE WHEN outcome IN ('pending', 'deferred') THEN 'erased' ELSE rule END,
  outcome = CASE WHEN outcome IN ('pending', 'deferred') THEN 'not_asked' ELSE outcome END
WHERE contact = :contact;

-- name: part_consents
UPDATE consent_event SET contact = NULL WHERE contact = :contact;

-- name: erase_answers_of_api
DELETE FROM idem WHERE replace(response, :term, '') <> response;

-- name: erase_contact
UPDATE contact SET external = NULL, name = '', language = '', zone = '', zone_source = '', country = '', brand = '',
  region = '', segment = '', agent = '', revenue = NULL, attributes = '{}', updated_at = CAST(:at AS BIGINT),
  erased_at = CAST(:at AS BIGINT)
WHERE id = :id OR merged_into = :id;
