-- What happened in other systems.

-- name: known_happenings
SELECT id, coalesce(contact, '') FROM happening WHERE id IN (SELECT value FROM json_each(:ids));

-- name: add_happening
INSERT INTO happening (id, type, source, contact, at, received_at, attributes)
VALUES (:id, :type, :source, nullif(:contact, ''), :at, :received_at, :attributes)
ON CONFLICT (id) DO NOTHING;

-- name: happenings_of_contact
SELECT id, type, source, at, received_at, attributes FROM happening
WHERE contact = :contact ORDER BY at DESC, id LIMIT :limit;
