-- Answers one by one, for what depends on whose they are.

-- name: answers_each
-- The newest scores of some days: whose, and under which cell. Their surveys are found by when they began.
SELECT s.id, coalesce(p.contact, s.lane), c.score, c.revenue, k.terms
FROM session AS s
JOIN counted AS c ON c.session = s.id
JOIN cell AS k ON k.id = c.cell
LEFT JOIN contact_address AS p ON p.lane = s.lane
WHERE s.started_at BETWEEN :since AND :until AND s.basis <> 'test' AND c.score IS NOT NULL AND c.scored BETWEEN :first AND :last
ORDER BY s.started_at DESC, s.id DESC LIMIT :limit;

-- name: sessions_with_solved_cases
SELECT c.session FROM cases AS c
WHERE c.opened_at BETWEEN :since AND :until AND c.phase IN ('resolved', 'confirmed') AND c.basis <> 'test';
