-- Reports and alerts: who gets them since when, what was sent, and whose turn it is to send a letter.

-- name: see_receiver
INSERT INTO report_receiver (report, receiver, seen_at) VALUES (:report, :receiver, :now)
ON CONFLICT (report, receiver) DO NOTHING;

-- name: receivers
SELECT report, receiver, seen_at FROM report_receiver;

-- name: runs_begun
SELECT id FROM report_run WHERE id IN (SELECT value FROM json_each(:ids));

-- name: begin_run
INSERT INTO report_run (id, report, kind, period, first_day, last_day, receiver, channel, facts, due_at, state, created_at, not_before, attempts,
  lease_owner, lease_until, lease_epoch, error, settled_at)
VALUES (:id, :report, :kind, :period, :first_day, :last_day, :receiver, :channel, :facts, :due_at, :state, :now, :now, 0, '', 0, 0, '', 0)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: watch_alarms
-- Who writes down an alarm of this report: one at a time.
SELECT seen_at FROM report_receiver WHERE report = :report AND receiver = :kind /*wait*/;

-- name: last_alarm
SELECT last_day FROM report_run WHERE report = :report AND kind = :kind ORDER BY last_day DESC LIMIT 1;

-- name: tell_of_report
INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)
VALUES (:channel, :event_key, 'event', :lane, :at, :ready_at, :body)
ON CONFLICT (channel, event_key) DO NOTHING;

-- name: doubt_runs
-- Whoever was handing these over is gone, and nobody can tell how far they came: they are not sent again.
UPDATE report_run SET state = 'unknown', error = :error, settled_at = :now WHERE state = 'sending' AND lease_until < :until
RETURNING id;

-- name: lease_run
UPDATE report_run SET state = 'leased', lease_owner = :owner, lease_until = :until, lease_epoch = lease_epoch + 1,
  attempts = attempts + 1
WHERE id = (
  SELECT w.id FROM report_run AS w
  WHERE w.state IN ('queued', 'leased', 'sending') AND w.not_before <= :now
    AND (w.state = 'queued' OR (w.state = 'leased' AND w.lease_until < :now))
  ORDER BY w.not_before, w.id LIMIT 1 /*lock of w*/)
RETURNING id, report, kind, period, first_day, last_day, receiver, facts, due_at, created_at, attempts, lease_epoch;

-- name: hand_over_run
-- Only while the lease is ours: from here on it may arrive.
UPDATE report_run SET state = 'sending', lease_until = :until
WHERE id = :id AND lease_owner = :owner AND lease_epoch = :epoch AND state = 'leased' AND lease_until >= :now
RETURNING id;

-- name: settle_run
UPDATE report_run SET state = :state, not_before = :not_before, error = :error, settled_at = :now, lease_until = 0
WHERE id = :id AND lease_owner = :owner AND lease_epoch = :epoch AND state IN ('leased', 'sending', 'unknown');

-- name: latest_runs
-- What became of the last ones; what went to a chat is told by its message.
SELECT r.report, r.kind, r.period, r.first_day, r.last_day, r.receiver, r.due_at, r.created_at,
  CASE WHEN r.state <> 'handed' THEN r.state ELSE coalesce(o.state, 'queued') END,
  CASE WHEN r.state <> 'handed' THEN r.error ELSE coalesce(o.error, '') END,
  CASE WHEN r.state <> 'handed' THEN r.settled_at ELSE coalesce(o.settled_at, 0) END
FROM report_run AS r LEFT JOIN outbox AS o ON o.key = r.id
WHERE r.report = :report
ORDER BY r.due_at DESC, r.created_at DESC, r.receiver LIMIT :limit;

-- name: latest_alarms
SELECT kind, max(facts), min(due_at), period FROM report_run WHERE report = :report AND kind IN ('fall', 'rise')
GROUP BY kind, period ORDER BY min(due_at) DESC, kind LIMIT :limit;
