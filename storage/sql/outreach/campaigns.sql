-- Campaigns and their waves, and the contacts that a wave goes through.

-- name: save_campaign
INSERT INTO campaign (id, revision, source, state, changed_at, changed_by)
VALUES (:id, :revision, :source, :state, :at, :by)
ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, source = excluded.source, state = excluded.state,
  changed_at = excluded.changed_at, changed_by = excluded.changed_by;

-- name: campaign_state
UPDATE campaign SET state = :state, changed_at = :at, changed_by = :by WHERE id = :id AND state <> :state RETURNING id;

-- name: campaigns
SELECT id, revision, source, state, changed_at, changed_by FROM campaign
WHERE :id = '' OR id = :id ORDER BY id;

-- name: halted_campaigns
SELECT id, state FROM campaign WHERE state IN ('paused', 'cancelled');

-- name: waves_of
SELECT campaign, n, revision, state, starts_at, ends_at, cursor, looked_at, taken, plan FROM wave
WHERE campaign = :campaign ORDER BY n;

-- name: save_wave
-- A wave that has not begun follows its campaign; one that is being planned stays as it began.
INSERT INTO wave (campaign, n, revision, state, starts_at, ends_at, cursor, looked_at, taken, plan)
VALUES (:campaign, :n, :revision, 'planned', :starts_at, :ends_at, '', 0, 0, '{}')
ON CONFLICT (campaign, n) DO UPDATE SET revision = excluded.revision, starts_at = excluded.starts_at,
  ends_at = excluded.ends_at WHERE wave.state = 'planned';

-- name: add_wave
INSERT INTO wave (campaign, n, revision, state, starts_at, ends_at, cursor, looked_at, taken, plan)
VALUES (:campaign, :n, :revision, 'planned', :starts_at, :ends_at, '', 0, 0, '{}')
ON CONFLICT (campaign, n) DO NOTHING;

-- name: wave_to_plan
SELECT w.campaign, w.n, w.starts_at, w.ends_at, w.cursor, w.plan, c.source FROM wave AS w
JOIN campaign AS c ON c.id = w.campaign AND c.state = 'running'
WHERE w.state IN ('planned', 'planning') AND w.starts_at <= :until AND w.state IN ('planned', 'planning', 'asking')
ORDER BY w.starts_at, w.campaign, w.n LIMIT 1 /*lock of w*/;

-- name: move_wave
UPDATE wave SET state = :state, cursor = :cursor, looked_at = :looked_at, taken = :taken, plan = :plan
WHERE campaign = :campaign AND n = :n;

-- name: leave_out
INSERT INTO decision (id, source, name, wave, happening, contact, flow, kind, cell, variables, at, not_after, outcome,
  rule, inputs, due_at, tries, lane, session, grant_id, decided_at)
VALUES (:id, 'campaign', :name, :wave, '', :contact, :flow, :kind, :cell, '[{}, []]', :at, :not_after, 'not_asked',
  :rule, :inputs, 0, 1, '', '', '', :decided_at)
ON CONFLICT (id) DO NOTHING;

-- name: waves_to_end
-- Waves whose members are all in the ledger, and those of cancelled campaigns.
SELECT w.campaign, w.n, c.state FROM wave AS w JOIN campaign AS c ON c.id = w.campaign
WHERE w.state IN ('planned', 'planning', 'asking') AND (w.state = 'asking' OR c.state = 'cancelled')
ORDER BY w.campaign, w.n /*lock of w*/;

-- name: cancel_decisions
UPDATE decision SET outcome = 'not_asked', rule = 'campaign_cancelled', inputs = '{}', due_at = 0, decided_at = :now
WHERE id IN (
  SELECT id FROM decision WHERE source = 'campaign' AND name = :name AND wave = :wave
    AND outcome IN ('pending', 'deferred') LIMIT :limit)
RETURNING id;

-- name: wave_is_open
SELECT 1 WHERE EXISTS (
  SELECT 1 FROM decision WHERE source = 'campaign' AND name = :name AND wave = :wave AND outcome IN ('pending', 'deferred'));

-- name: end_wave
UPDATE wave SET state = :state WHERE campaign = :campaign AND n = :n;

-- name: wake_paused
UPDATE decision SET due_at = :now
WHERE source = 'campaign' AND name = :name AND outcome = 'deferred' AND rule = 'campaign_paused';

-- name: wave_messages
-- How the first messages of a wave's surveys stand.
SELECT d.wave, o.state, count(*) FROM decision AS d JOIN outbox AS o ON o.key = d.session || '.1.0'
WHERE d.source = 'campaign' AND d.name = :name AND d.outcome = 'asked' GROUP BY d.wave, o.state ORDER BY d.wave, o.state;

-- name: wave_answers
-- How many of a wave have given a score.
SELECT d.wave, count(*) FROM decision AS d
WHERE d.source = 'campaign' AND d.name = :name AND d.outcome = 'asked'
  AND EXISTS (SELECT 1 FROM answer AS a WHERE a.session = d.session AND a.type = 'nps')
GROUP BY d.wave ORDER BY d.wave;

-- name: wave_outcomes
SELECT wave, outcome, rule, count(*), max(due_at) FROM decision WHERE source = 'campaign' AND name = :name
GROUP BY wave, outcome, rule ORDER BY wave, outcome, rule;

-- name: cell_answers
-- By cell: who was asked, who of them may still answer, and their scores.
SELECT d.cell, count(*), count(*) FILTER (WHERE a.value IS NULL AND s.outcome = ''),
  count(*) FILTER (WHERE a.value <= 6), count(*) FILTER (WHERE a.value BETWEEN 7 AND 8), count(*) FILTER (WHERE a.value >= 9)
FROM decision AS d
LEFT JOIN session AS s ON s.id = d.session
LEFT JOIN answer AS a ON a.session = d.session AND a.type = 'nps'
WHERE d.source = 'campaign' AND d.name = :name AND d.outcome = 'asked' GROUP BY d.cell ORDER BY d.cell;
