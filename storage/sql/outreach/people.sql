-- People who sign in, their roles, sessions and links, and the audit trail.

-- name: add_person
INSERT INTO person (id, email, name, language, password_hash, password_at, created_at)
VALUES (:id, :email, :name, :language, '', 0, :now)
ON CONFLICT DO NOTHING RETURNING id;

-- name: person_by_email
SELECT id, email, name, language, password_hash, created_at, coalesce(disabled_at, 0), coalesce(oidc_iss, '')
FROM person WHERE email = :email;

-- name: person_by_id
SELECT id, email, name, language, password_hash, created_at, coalesce(disabled_at, 0), coalesce(oidc_iss, '')
FROM person WHERE id = :id;

-- name: all_people
SELECT p.id, p.email, p.name, p.language, p.password_hash, p.created_at, coalesce(p.disabled_at, 0),
  coalesce((SELECT max(s.seen_at) FROM web_session AS s WHERE s.person = p.id), 0),
  coalesce(p.oidc_iss, '')
FROM person AS p ORDER BY p.email;

-- name: any_person
SELECT id FROM person LIMIT 1;

-- name: able_admins
SELECT p.id FROM person AS p JOIN role_grant AS g ON g.person = p.id
WHERE g.role = 'admin' AND g.brand = '*' AND g.desk = '*' AND p.disabled_at IS NULL ORDER BY p.id /*wait*/;

-- name: grants_of
SELECT person, role, brand, desk FROM role_grant WHERE person IN (SELECT value FROM json_each(:people))
ORDER BY person, role, brand, desk;

-- name: add_role
INSERT INTO role_grant (person, role, brand, desk, granted_at) VALUES (:person, :role, :brand, :desk, :now)
ON CONFLICT DO NOTHING RETURNING person;

-- name: remove_role
DELETE FROM role_grant WHERE person = :person AND role = :role AND brand = :brand AND desk = :desk RETURNING person;

-- name: set_able
UPDATE person SET disabled_at = nullif(CAST(:at AS BIGINT), 0) WHERE id = :id;

-- name: set_password
UPDATE person SET password_hash = :hash, password_at = :now WHERE id = :id;

-- name: rehash_password
-- The same password under newer parameters: nobody has chosen another one meanwhile.
UPDATE person SET password_hash = :fresh WHERE id = :id AND password_hash = :stale;

-- name: set_profile
UPDATE person SET name = :name, language = :language WHERE id = :id;

-- name: add_web_session
INSERT INTO web_session (id_hash, person, browser, created_at, seen_at, sure_at)
SELECT CAST(:hash AS TEXT), p.id, CAST(:browser AS TEXT), CAST(:now AS BIGINT), CAST(:now AS BIGINT),
  CAST(:now AS BIGINT) FROM person AS p
WHERE p.id = :person AND p.disabled_at IS NULL AND p.password_hash = :known RETURNING id_hash;

-- name: web_session_with
SELECT p.id, p.email, p.name, p.language, s.created_at, s.seen_at, s.sure_at
FROM web_session AS s JOIN person AS p ON p.id = s.person WHERE s.id_hash = :hash AND p.disabled_at IS NULL;

-- name: web_session_seen
UPDATE web_session SET seen_at = :now WHERE id_hash = :hash AND seen_at < :now;

-- name: web_session_sure
UPDATE web_session SET sure_at = :now WHERE id_hash = :hash AND person = :person;

-- name: web_sessions_of
SELECT id_hash, browser, created_at, seen_at FROM web_session WHERE person = :person ORDER BY seen_at DESC, id_hash;

-- name: end_web_session
DELETE FROM web_session WHERE id_hash = :hash AND person = :person RETURNING id_hash;

-- name: end_web_sessions
DELETE FROM web_session WHERE person = :person AND id_hash <> :but RETURNING id_hash;

-- name: drop_web_sessions
DELETE FROM web_session WHERE created_at < :before;

-- name: add_link
INSERT INTO one_time_link (hash, kind, person, created_at, expires_at) VALUES (:hash, :kind, :person, :now, :expires);

-- name: void_links
UPDATE one_time_link SET used_at = :now WHERE person = :person AND used_at IS NULL;

-- name: link_with
SELECT l.kind, p.id, p.email, p.name, p.language FROM one_time_link AS l JOIN person AS p ON p.id = l.person
WHERE l.hash = :hash AND l.used_at IS NULL AND l.expires_at > :now AND p.disabled_at IS NULL;

-- name: use_link
UPDATE one_time_link SET used_at = :now WHERE hash = :hash AND used_at IS NULL AND expires_at > :now RETURNING person;

-- name: audit_head
SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1;

-- name: add_audit
-- Nothing comes back if somebody else has just added theirs: then this one goes behind it.
INSERT INTO audit (n, at, actor, act, subject, facts, prev_hash, hash)
VALUES (:n, :at, :actor, :act, :subject, :facts, :prev_hash, :hash)
ON CONFLICT DO NOTHING RETURNING n;

-- name: audit_before
SELECT n, at, actor, act, subject, facts, prev_hash, hash FROM audit WHERE n < :before ORDER BY n DESC LIMIT :limit;

-- name: audit_before_time
-- The last of the oldest entries that are all older than this; one that is younger and stands before it is kept with all
-- behind it.
SELECT n, hash FROM audit
WHERE n < coalesce((SELECT min(n) FROM audit WHERE at >= :before), 1152921504606846976) ORDER BY n DESC LIMIT 1;

-- name: audit_about
SELECT facts FROM audit WHERE subject = :subject AND act = :act ORDER BY n;

-- name: audit_anchor
SELECT n, hash FROM audit_anchor ORDER BY n DESC LIMIT 1;

-- name: add_anchor
INSERT INTO audit_anchor (n, at, hash) VALUES (:n, :now, :hash) ON CONFLICT DO NOTHING RETURNING n;

-- name: drop_audit
DELETE FROM audit WHERE n <= :n;

-- name: add_key
INSERT INTO api_key (sha256, name, hint, scopes, brand, desk, created_by, created_at, expires_at)
VALUES (:digest, :name, :hint, :scopes, :brand, :desk, :by, :now, nullif(CAST(:expires AS BIGINT), 0))
ON CONFLICT DO NOTHING RETURNING name;

-- name: all_keys
SELECT sha256, name, hint, scopes, brand, desk, created_by, created_at, coalesce(expires_at, 0), coalesce(used_at, 0),
  coalesce(revoked_at, 0) FROM api_key ORDER BY name;

-- name: key_with
SELECT sha256, name, hint, scopes, brand, desk, created_by, created_at, coalesce(expires_at, 0), coalesce(used_at, 0),
  coalesce(revoked_at, 0) FROM api_key
WHERE sha256 = :digest AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now);

-- name: key_used
UPDATE api_key SET used_at = :now WHERE sha256 = :digest AND coalesce(used_at, 0) <= :before;

-- name: revoke_key
UPDATE api_key SET revoked_at = :now WHERE name = :name AND revoked_at IS NULL RETURNING name;
