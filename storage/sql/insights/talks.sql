-- The conversation behind an answer.

-- name: talk
-- What a survey is about; `until` is 0 while it runs.
SELECT s.flow, s.lane, s.language, s.started_at, s.ended_at, coalesce(k.terms, '[]'),
  coalesce((SELECT max(c.id) FROM cases AS c WHERE c.session = s.id), '')
FROM session AS s
LEFT JOIN counted AS n ON n.session = s.id
LEFT JOIN cell AS k ON k.id = n.cell
WHERE s.id = :session AND s.basis <> 'test';

-- name: talk_heard
SELECT id, received_at, kind, body FROM inbox
WHERE lane = :lane AND kind IN ('said', 'keyword', 'pressed') AND received_at BETWEEN :since AND :until
ORDER BY id LIMIT :limit;

-- name: talk_told
SELECT id, created_at, kind, payload FROM outbox
WHERE lane = :lane AND kind IN ('survey', 'notice', 'agent', 'case') AND created_at BETWEEN :since AND :until
ORDER BY id LIMIT :limit;

-- name: under_way
-- Conversations with customers that are running, by version.
SELECT flow, revision, count(*) FROM session WHERE outcome = '' AND basis <> 'test' GROUP BY flow, revision;
