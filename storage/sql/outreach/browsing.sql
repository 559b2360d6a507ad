-- Lists that people leaf through. Each look goes through a portion, so that it ends, however rare what it is for.

-- name: ledger_before
-- Newest first, of the portion before a cursor.
SELECT d.id, d.source, d.name, d.wave, d.happening, d.contact, d.flow, d.kind, d.cell, d.at, d.not_after, d.outcome, d.rule,
  d.inputs, d.due_at, d.tries, d.lane, d.session, d.grant_id, d.decided_at, coalesce(s.outcome, ''), coalesce(o.state, ''),
  coalesce(o.error, '')
FROM (
  SELECT * FROM decision WHERE (at, id) < (:at, :id) AND at >= :since ORDER BY at DESC, id DESC LIMIT :portion
) AS d
LEFT JOIN session AS s ON s.id = d.session AND d.session <> ''
LEFT JOIN outbox AS o ON o.key = d.session || '.1.0' AND d.session <> ''
WHERE (:outcome = '' OR d.outcome = :outcome) AND (:rule = '' OR d.rule = :rule) AND (:name = '' OR d.name = :name)
  AND (:wave = 0 OR d.wave = :wave)
  AND (:every = 1 OR EXISTS (
    SELECT 1 FROM contact AS c WHERE c.id = d.contact AND c.brand IN (SELECT value FROM json_each(:brands))))
ORDER BY d.at DESC, d.id DESC LIMIT :limit;

-- name: ledger_portion_end
SELECT at, id FROM decision WHERE (at, id) < (:at, :id) AND at >= :since ORDER BY at DESC, id DESC LIMIT 1 OFFSET :portion;

-- name: contacts_among
-- Of the portion behind a cursor, in the order of ids; the living only.
SELECT c.id, coalesce(c.external, ''), c.name, c.language, c.zone, c.zone_source, c.country, c.brand, c.region, c.segment,
  c.agent, c.revenue, c.attributes, '', 0
FROM (
  SELECT * FROM contact WHERE id > :after AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT :portion
) AS c
WHERE (:every = 1 OR c.brand IN (SELECT value FROM json_each(:brands)))
  AND (:brand = '' OR c.brand = :brand) AND (:region = '' OR c.region = :region)
  AND (:segment = '' OR c.segment = :segment) AND (:language = '' OR c.language = :language)
  AND (:country = '' OR c.country = :country)
  AND (:plain = '' OR lower(c.name) LIKE :plain ESCAPE '!' OR c.name LIKE :typed ESCAPE '!'
    OR c.name LIKE :titled ESCAPE '!')
ORDER BY c.id LIMIT :limit;

-- name: contacts_portion_end
SELECT id FROM contact WHERE id > :after AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT 1 OFFSET :portion;

-- name: surveys_on_lanes
-- Found by their messages, for those have an index by lane; the latest first.
SELECT s.id, s.flow, s.lane, s.outcome, s.basis, s.started_at FROM session AS s
WHERE s.id IN (SELECT o.session FROM outbox AS o WHERE o.lane IN (SELECT value FROM json_each(:lanes)) AND o.session <> '')
ORDER BY s.started_at DESC, s.id LIMIT :limit;

-- name: answers_in
SELECT session, question, type, value, text, comment, at FROM answer
WHERE session IN (SELECT value FROM json_each(:ids)) ORDER BY session, at, question;

-- name: waves_under_way
-- How a wave's members stand; it looks at each of them.
SELECT wave, outcome, count(*) FROM decision WHERE source = 'campaign' AND name = :name AND wave = :wave
GROUP BY wave, outcome;
