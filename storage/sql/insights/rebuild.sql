-- What brings the rollups back to what the answers say.

-- name: to_recount
-- Surveys behind the last one that was looked at, and those that are counted and no longer there.
SELECT id FROM (
  SELECT s.id FROM (SELECT id FROM session WHERE id > :after ORDER BY id LIMIT :limit) AS s
  UNION
  SELECT c.id FROM (SELECT session AS id FROM counted WHERE session > :after ORDER BY session LIMIT :limit) AS c
) AS found ORDER BY id LIMIT :limit;

-- name: how_many_surveys
SELECT count(*) FROM session;

-- name: grains
SELECT DISTINCT grain FROM cell;

-- name: months_counted
SELECT DISTINCT substr(asked, 1, 7) FROM counted WHERE asked <> ''
UNION SELECT DISTINCT substr(scored, 1, 7) FROM counted WHERE scored <> ''
UNION SELECT DISTINCT substr(start, 1, 7) FROM rollup;

-- name: rollups_beside_counted
-- What one month's rollups hold, and what they should, as one statement sees both: whoever adds meanwhile adds to both.
SELECT 'held' AS what, r.grain, r.period, r.start, r.cell, CAST(0 AS INTEGER), '', SUM(r.s0), SUM(r.s1), SUM(r.s2), SUM(r.s3),
  SUM(r.s4), SUM(r.s5), SUM(r.s6), SUM(r.s7), SUM(r.s8), SUM(r.s9), SUM(r.s10), SUM(r.commented), SUM(r.low_revenue),
  SUM(r.middle_revenue), SUM(r.high_revenue), SUM(r.asked), SUM(r.delivered), SUM(r.answered), SUM(r.completed), SUM(r.opted_out)
FROM rollup AS r
WHERE r.grain IN (SELECT value FROM json_each(:grains)) AND r.period IN ('day', 'month') AND r.start BETWEEN :first AND :last
GROUP BY r.grain, r.period, r.start, r.cell
UNION ALL
SELECT 'scored', '', 'day', c.scored, c.cell, c.score, k.terms, count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(c.commented_at),
  coalesce(SUM(c.revenue), 0), 0, 0, 0, 0, 0, 0, 0
FROM counted AS c JOIN cell AS k ON k.id = c.cell
WHERE c.scored BETWEEN :first AND :last AND c.score IS NOT NULL GROUP BY c.scored, c.cell, c.score, k.terms
UNION ALL
SELECT 'asked', '', 'day', c.asked, c.cell, 0, k.terms, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  count(*), SUM(c.delivered), count(c.score), SUM(c.completed), SUM(c.opted_out)
FROM counted AS c JOIN cell AS k ON k.id = c.cell
WHERE c.asked BETWEEN :first AND :last GROUP BY c.asked, c.cell, k.terms;

-- name: drop_empty_rollups
DELETE FROM rollup
WHERE grain IN (SELECT value FROM json_each(:grains)) AND period IN ('day', 'month') AND start BETWEEN :first AND :last
  AND s0 = 0 AND s1 = 0 AND s2 = 0 AND s3 = 0 AND s4 = 0 AND s5 = 0 AND s6 = 0 AND s7 = 0 AND s8 = 0 AND s9 = 0 AND s10 = 0
  AND commented = 0 AND low_revenue = 0 AND middle_revenue = 0 AND high_revenue = 0 AND asked = 0 AND delivered = 0
  AND answered = 0 AND completed = 0 AND opted_out = 0;
