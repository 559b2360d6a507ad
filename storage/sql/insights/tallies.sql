-- What dashboards read: sums of rollups, and the comments behind them. Filters are values, never names of columns (S30).

-- name: tally
-- Sums of one grain over some days or months, by day or month (:by = 'start'), by a dimension, or all together ('').
SELECT CASE CAST(:by AS TEXT) WHEN 'start' THEN r.start WHEN '' THEN ''
    ELSE coalesce((SELECT t.term FROM cell_term AS t WHERE t.cell = r.cell AND t.dimension = CAST(:by AS TEXT)), '') END AS name,
  SUM(r.s0), SUM(r.s1), SUM(r.s2), SUM(r.s3), SUM(r.s4), SUM(r.s5), SUM(r.s6), SUM(r.s7), SUM(r.s8), SUM(r.s9), SUM(r.s10),
  SUM(r.commented), SUM(r.low_revenue), SUM(r.middle_revenue), SUM(r.high_revenue),
  SUM(r.asked), SUM(r.delivered), SUM(r.answered), SUM(r.completed), SUM(r.opted_out)
FROM rollup AS r
WHERE r.grain = :grain AND r.period = :period AND r.start BETWEEN :first AND :last
GROUP BY 1;

-- name: tally_of
-- The same with filters, :dimensions of them: of cells that have one of the :terms in each, or nothing where that is :absent. Cells and
-- days are looked up one by one: they are few, and a day of all cells is many rows.
WITH wanted AS (
  SELECT cell FROM (
    SELECT f.cell FROM cell_term AS f JOIN cell AS k ON k.id = f.cell AND k.grain = CAST(:grain AS TEXT)
    WHERE f.term IN (SELECT value FROM json_each(:terms))
    UNION ALL
    SELECT k.id FROM json_each(:absent) CROSS JOIN cell AS k
    WHERE k.grain = CAST(:grain AS TEXT) AND NOT EXISTS (SELECT 1 FROM cell_term AS t WHERE t.cell = k.id AND t.dimension = json_each.value)
  ) AS found
  GROUP BY cell HAVING count(*) = CAST(:dimensions AS BIGINT)
)
SELECT CASE CAST(:by AS TEXT) WHEN 'start' THEN r.start WHEN '' THEN ''
    ELSE coalesce((SELECT t.term FROM cell_term AS t WHERE t.cell = r.cell AND t.dimension = CAST(:by AS TEXT)), '') END AS name,
  SUM(r.s0), SUM(r.s1), SUM(r.s2), SUM(r.s3), SUM(r.s4), SUM(r.s5), SUM(r.s6), SUM(r.s7), SUM(r.s8), SUM(r.s9), SUM(r.s10),
  SUM(r.commented), SUM(r.low_revenue), SUM(r.middle_revenue), SUM(r.high_revenue),
  SUM(r.asked), SUM(r.delivered), SUM(r.answered), SUM(r.completed), SUM(r.opted_out)
FROM rollup AS r
WHERE r.grain = CAST(:grain AS TEXT) AND r.start IN (SELECT value FROM json_each(:starts)) AND r.period = :period
  AND r.cell IN (SELECT cell FROM wanted)
GROUP BY 1;

-- name: days_with_comments
-- The days with comments, and how many there are, of everything together.
SELECT r.start, r.cell, SUM(r.commented) FROM rollup AS r
WHERE r.grain = '*' AND r.period = 'day' AND r.start BETWEEN :first AND :last
GROUP BY r.start, r.cell HAVING SUM(r.commented) > 0;

-- name: cells_with_comments
-- The cells with comments of these days.
SELECT r.start, r.cell, SUM(r.commented) FROM rollup AS r
WHERE r.grain = '' AND r.period = 'day' AND r.start BETWEEN :first AND :last
GROUP BY r.start, r.cell HAVING SUM(r.commented) > 0;

-- name: cells_with_comments_of
-- The same with filters, as in `tally_of`.
WITH wanted AS (
  SELECT cell FROM (
    SELECT f.cell FROM cell_term AS f JOIN cell AS k ON k.id = f.cell AND k.grain = CAST(:grain AS TEXT)
    WHERE f.term IN (SELECT value FROM json_each(:terms))
    UNION ALL
    SELECT k.id FROM json_each(:absent) CROSS JOIN cell AS k
    WHERE k.grain = CAST(:grain AS TEXT) AND NOT EXISTS (SELECT 1 FROM cell_term AS t WHERE t.cell = k.id AND t.dimension = json_each.value)
  ) AS found
  GROUP BY cell HAVING count(*) = CAST(:dimensions AS BIGINT)
)
SELECT r.start, r.cell, SUM(r.commented) FROM rollup AS r
WHERE r.grain = CAST(:grain AS TEXT) AND r.period = 'day' AND r.start IN (SELECT value FROM json_each(:starts))
  AND r.cell IN (SELECT cell FROM wanted)
GROUP BY r.start, r.cell HAVING SUM(r.commented) > 0;

-- name: counted_days
-- The first and the last day on which anything was counted.
SELECT (SELECT f.start FROM rollup AS f WHERE f.grain = '*' AND f.period = 'day' ORDER BY f.start LIMIT 1),
  (SELECT l.start FROM rollup AS l WHERE l.grain = '*' AND l.period = 'day' ORDER BY l.start DESC LIMIT 1);

-- name: commented
-- The newest comments before a cursor in these cells.
SELECT c.session, c.commented_at, c.score, (SELECT k.terms FROM cell AS k WHERE k.id = c.cell) FROM counted AS c
WHERE c.cell IN (SELECT CAST(value AS BIGINT) FROM json_each(:cells)) AND c.commented_at IS NOT NULL
  AND c.commented_at BETWEEN :since AND :at AND (c.commented_at < :at OR c.session < :session)
ORDER BY c.commented_at DESC, c.session DESC LIMIT :limit;

-- name: words
SELECT session, type, value, text, comment FROM answer
WHERE session IN (SELECT value FROM json_each(:ids)) AND type IN ('nps', 'text') ORDER BY session, at, question;

-- name: dimension_values
-- What a dimension has been so far.
SELECT DISTINCT term FROM cell_term WHERE dimension = :dimension ORDER BY term LIMIT :limit;
