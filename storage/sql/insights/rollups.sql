-- Rollups: what is counted about surveys, and the difference that a change makes. What ends in `_set` is the same statement for
-- PostgreSQL, for many rows at once.

-- name: lock_counted
-- What the rollups hold of these surveys; nobody else changes it now.
SELECT c.session, c.cell, c.asked, c.delivered, c.completed, c.opted_out, c.scored, c.score, c.commented_at, c.revenue,
  (SELECT k.terms FROM cell AS k WHERE k.id = c.cell)
FROM counted AS c WHERE c.session IN (SELECT value FROM json_each(:ids)) ORDER BY c.session /*wait*/;

-- name: hold_counted
-- A place for a survey that is not counted so far: of two who find it missing one waits.
INSERT INTO counted (session, cell, asked, delivered, completed, opted_out, scored)
VALUES (:session, 0, '', 0, 0, 0, '')
ON CONFLICT (session) DO NOTHING;

-- name: countable
-- What there is to count about these surveys, with their scores and words. A statement of its own behind `lock_counted`, so that
-- it sees what others have committed until then.
SELECT s.id, s.outcome, s.started_at, a.type, a.value, a.day, a.at, a.question,
  CASE WHEN a.comment <> '' OR (a.type = 'text' AND a.text <> '') THEN 1 ELSE 0 END
FROM session AS s
LEFT JOIN answer AS a ON a.session = s.id AND a.type IN ('nps', 'text')
WHERE s.id IN (SELECT value FROM json_each(:ids)) AND s.basis <> 'test';

-- name: landed
-- What became of the messages that opened these surveys, and whether their customers have stopped since.
SELECT s.id, o.state, CASE WHEN d.opted_out_at >= s.started_at THEN 1 ELSE 0 END
FROM session AS s
LEFT JOIN outbox AS o ON o.key = s.id || '.1.0'
LEFT JOIN address AS d ON d.lane = s.lane AND d.session = s.id
WHERE s.id IN (SELECT value FROM json_each(:ids));

-- name: circumstances
-- What is known about those who are asked now.
SELECT s.id, s.flow, s.lane, s.language, s.variant, s.state, k.brand, k.region, k.segment, k.agent, k.revenue, k.attributes,
  d.source, d.name, d.wave, d.variables
FROM session AS s
LEFT JOIN contact_address AS p ON p.lane = s.lane
LEFT JOIN contact AS k ON k.id = p.contact
LEFT JOIN decision AS d ON d.session = s.id AND d.session <> ''
WHERE s.id IN (SELECT value FROM json_each(:ids));

-- name: known_cells
SELECT id FROM cell WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids));

-- name: add_cell
INSERT INTO cell (id, grain, terms) VALUES (:id, :grain, :terms) ON CONFLICT (id) DO NOTHING;

-- name: add_cell_term
INSERT INTO cell_term (cell, dimension, term) VALUES (:cell, :dimension, :term) ON CONFLICT (cell, dimension) DO NOTHING;

-- name: save_counted
INSERT INTO counted (session, cell, asked, delivered, completed, opted_out, scored, score, commented_at, revenue)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (session) DO UPDATE SET cell = excluded.cell, asked = excluded.asked, delivered = excluded.delivered,
  completed = excluded.completed, opted_out = excluded.opted_out, scored = excluded.scored, score = excluded.score,
  commented_at = excluded.commented_at, revenue = excluded.revenue;

-- name: save_counted_set
INSERT INTO counted (session, cell, asked, delivered, completed, opted_out, scored, score, commented_at, revenue)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::int[], $5::int[], $6::int[], $7::text[], $8::int[], $9::bigint[],
  $10::bigint[])
ON CONFLICT (session) DO UPDATE SET cell = excluded.cell, asked = excluded.asked, delivered = excluded.delivered,
  completed = excluded.completed, opted_out = excluded.opted_out, scored = excluded.scored, score = excluded.score,
  commented_at = excluded.commented_at, revenue = excluded.revenue;

-- name: drop_counted
DELETE FROM counted WHERE session IN (SELECT value FROM json_each(:ids));

-- name: add_rollup
INSERT INTO rollup (grain, period, start, cell, shard, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, commented,
  low_revenue, middle_revenue, high_revenue, asked, delivered, answered, completed, opted_out)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (grain, period, start, cell, shard) DO UPDATE SET
  s0 = rollup.s0 + excluded.s0, s1 = rollup.s1 + excluded.s1, s2 = rollup.s2 + excluded.s2, s3 = rollup.s3 + excluded.s3,
  s4 = rollup.s4 + excluded.s4, s5 = rollup.s5 + excluded.s5, s6 = rollup.s6 + excluded.s6, s7 = rollup.s7 + excluded.s7,
  s8 = rollup.s8 + excluded.s8, s9 = rollup.s9 + excluded.s9, s10 = rollup.s10 + excluded.s10,
  commented = rollup.commented + excluded.commented, low_revenue = rollup.low_revenue + excluded.low_revenue,
  middle_revenue = rollup.middle_revenue + excluded.middle_revenue, high_revenue = rollup.high_revenue + excluded.high_revenue,
  asked = rollup.asked + excluded.asked, delivered = rollup.delivered + excluded.delivered,
  answered = rollup.answered + excluded.answered, completed = rollup.completed + excluded.completed,
  opted_out = rollup.opted_out + excluded.opted_out;

-- name: add_rollup_set
-- In the order of the key, so that two who add to the same rows wait for each other instead of deadlocking.
INSERT INTO rollup (grain, period, start, cell, shard, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, commented,
  low_revenue, middle_revenue, high_revenue, asked, delivered, answered, completed, opted_out)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[],
  $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
  $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[],
  $25::bigint[])
ON CONFLICT (grain, period, start, cell, shard) DO UPDATE SET
  s0 = rollup.s0 + excluded.s0, s1 = rollup.s1 + excluded.s1, s2 = rollup.s2 + excluded.s2, s3 = rollup.s3 + excluded.s3,
  s4 = rollup.s4 + excluded.s4, s5 = rollup.s5 + excluded.s5, s6 = rollup.s6 + excluded.s6, s7 = rollup.s7 + excluded.s7,
  s8 = rollup.s8 + excluded.s8, s9 = rollup.s9 + excluded.s9, s10 = rollup.s10 + excluded.s10,
  commented = rollup.commented + excluded.commented, low_revenue = rollup.low_revenue + excluded.low_revenue,
  middle_revenue = rollup.middle_revenue + excluded.middle_revenue, high_revenue = rollup.high_revenue + excluded.high_revenue,
  asked = rollup.asked + excluded.asked, delivered = rollup.delivered + excluded.delivered,
  answered = rollup.answered + excluded.answered, completed = rollup.completed + excluded.completed,
  opted_out = rollup.opted_out + excluded.opted_out;

-- name: opened_by
-- The surveys that these messages (by number) begin.
SELECT session FROM outbox
WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids)) AND kind = 'survey' AND key = session || '.1.0';

-- name: opened_by_reported
-- The surveys that messages begin which a provider reports about.
SELECT session FROM outbox
WHERE channel IN (SELECT value FROM json_each(:channels)) AND provider_id IN (SELECT value FROM json_each(:refs))
  AND provider_id <> '' AND kind = 'survey' AND key = session || '.1.0';
