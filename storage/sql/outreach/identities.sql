-- People whom a provider of identities vouches for, and who is on the way there.

-- name: add_attempt
INSERT INTO sign_in_attempt (state_hash, browser_hash, provider, purpose, person, link, goes_to, created_at, expires_at)
VALUES (:state, :browser, :provider, :purpose, :person, :link, :goes_to, :now, :expires);

-- name: drop_attempts
DELETE FROM sign_in_attempt WHERE expires_at <= :now;

-- name: take_attempt
-- Once: whoever comes second finds nothing.
DELETE FROM sign_in_attempt
WHERE state_hash = :state AND browser_hash = :browser AND provider = :provider AND expires_at > :now
RETURNING purpose, person, link, goes_to, created_at;

-- name: identity_of
SELECT coalesce(oidc_iss, ''), coalesce(oidc_sub, ''), CASE WHEN password_hash = '' THEN 0 ELSE 1 END
FROM person WHERE id = :person;

-- name: bind_identity
-- Nothing comes back if it is somebody else's.
UPDATE person SET oidc_iss = :iss, oidc_sub = :sub
WHERE id = :person AND disabled_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM person AS p WHERE p.oidc_iss = :iss AND p.oidc_sub = :sub AND p.id <> :person
) RETURNING id;

-- name: unbind_identity
-- Somebody without a password would find no way in any more.
UPDATE person SET oidc_iss = NULL, oidc_sub = NULL
WHERE id = :person AND oidc_iss IS NOT NULL AND password_hash <> '' RETURNING id;

-- name: add_vouched_session
INSERT INTO web_session (id_hash, person, browser, created_at, seen_at, sure_at)
SELECT CAST(:hash AS TEXT), p.id, CAST(:browser AS TEXT), CAST(:now AS BIGINT), CAST(:now AS BIGINT),
  CAST(:sure AS BIGINT) FROM person AS p
WHERE p.oidc_iss = :iss AND p.oidc_sub = :sub AND p.disabled_at IS NULL RETURNING person;

-- name: vouched_sure
UPDATE web_session SET sure_at = :sure WHERE id_hash = :hash AND person = :person AND EXISTS (
  SELECT 1 FROM person AS p WHERE p.id = :person AND p.oidc_iss = :iss AND p.oidc_sub = :sub AND p.disabled_at IS NULL
) RETURNING person;
