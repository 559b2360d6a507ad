-- Answers of the API by the key that a caller may repeat (P10).

-- name: claim_key
-- A new key, one whose time is over, or the same call again after whoever had it fell over in the middle.
INSERT INTO idem (scope, key, fingerprint, state, status, response, created_at, expires_at)
VALUES (:scope, :key, :fingerprint, 'running', 0, '', CAST(:now AS BIGINT), :until)
ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, state = 'running', status = 0, response = '',
  created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE idem.expires_at <= CAST(:now AS BIGINT) AND (idem.state = 'done' OR idem.fingerprint = excluded.fingerprint)
RETURNING created_at;

-- name: look_at_key
SELECT fingerprint, state, status, response FROM idem WHERE scope = :scope AND key = :key;

-- name: finish_key
UPDATE idem SET state = 'done', status = :status, response = :response, expires_at = :until
WHERE scope = :scope AND key = :key AND state = 'running' AND created_at = :claimed
RETURNING key;

-- name: release_key
DELETE FROM idem WHERE scope = :scope AND key = :key AND state = 'running' AND created_at = :claimed;

-- name: drop_keys
DELETE FROM idem WHERE (scope, key) IN (
  SELECT scope, key FROM idem WHERE expires_at <= :now AND (state = 'done' OR expires_at <= :abandoned)
  ORDER BY expires_at LIMIT :limit
);
