-- Contacts: people, where they can be reached, and who turned out to be whom.

-- name: turn_for_contacts
-- Who writes people does so one after the other, in every process: of two who bring the same new person one finds them.
SELECT version_num FROM alembic_version /*wait*/;

-- name: contacts_by_id
SELECT id, coalesce(external, ''), name, language, zone, zone_source, country, brand, region, segment, agent, revenue,
  attributes, coalesce(merged_into, ''), coalesce(erased_at, 0)
FROM contact WHERE id IN (SELECT value FROM json_each(:ids));

-- name: contacts_by_external
SELECT id, coalesce(external, ''), name, language, zone, zone_source, country, brand, region, segment, agent, revenue,
  attributes, coalesce(merged_into, ''), coalesce(erased_at, 0)
FROM contact WHERE external IN (SELECT value FROM json_each(:externals));

-- name: contacts_between
-- The living, in the order of their ids.
SELECT id, coalesce(external, ''), name, language, zone, zone_source, country, brand, region, segment, agent, revenue,
  attributes, '', 0
FROM contact WHERE id > :after AND id <= :last AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT :limit;

-- name: reaches_by_contact
SELECT contact, lane, channel, hmac, rank FROM contact_address
WHERE contact IN (SELECT value FROM json_each(:ids)) ORDER BY contact, rank, lane;

-- name: contacts_by_lane
SELECT lane, contact FROM contact_address WHERE lane IN (SELECT value FROM json_each(:lanes));

-- name: contacts_by_hmac
SELECT hmac, contact FROM contact_address WHERE hmac IN (SELECT value FROM json_each(:hmacs));

-- name: kept_away
-- Addresses whose people are not to be taken up again (C4); who only said STOP stays known, and is not written to.
SELECT hmac, channel FROM suppression
WHERE hmac IN (SELECT value FROM json_each(:hmacs)) AND reason IN ('erasure', 'objection', 'complaint')
  AND (expires_at IS NULL OR expires_at > :now);

-- name: add_contact
INSERT INTO contact (id, external, name, language, zone, zone_source, country, brand, region, segment, agent, revenue,
  attributes, created_at, updated_at)
VALUES (:id, nullif(:external, ''), :name, :language, :zone, :zone_source, :country, :brand, :region, :segment, :agent,
  :revenue, :attributes, CAST(:at AS BIGINT), CAST(:at AS BIGINT));

-- name: change_contact
UPDATE contact SET external = nullif(:external, ''), name = :name, language = :language, zone = :zone,
  zone_source = :zone_source, country = :country, brand = :brand, region = :region, segment = :segment, agent = :agent,
  revenue = :revenue, attributes = :attributes, updated_at = :at
WHERE id = :id;

-- name: forget_contact
-- Only where a dry run notes what would be.
DELETE FROM contact WHERE id = :id;

-- name: add_address
INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)
VALUES (:lane, :contact, :channel, :hmac, :key_id, :rank, :at);

-- name: empty_contact
-- What remains of a contact that has become part of another: where they went.
UPDATE contact SET external = CASE WHEN :keeps = 1 THEN external END, name = '', language = '', zone = '', zone_source = '',
  country = '', brand = '', region = '', segment = '', agent = '', revenue = NULL, attributes = '{}', merged_into = :into,
  updated_at = :at
WHERE id = :id;

-- name: move_merged
UPDATE contact SET merged_into = :into WHERE merged_into = :contact;

-- name: move_address
UPDATE contact_address SET contact = :contact, rank = :rank WHERE lane = :lane;

-- name: move_decisions
UPDATE decision SET contact = :into WHERE contact = :contact;

-- name: move_happenings
UPDATE happening SET contact = :into WHERE contact = :contact;

-- name: move_consents
UPDATE consent_event SET contact = :into WHERE contact = :contact;

-- name: count_contacts
SELECT count(*) FROM contact WHERE merged_into IS NULL AND erased_at IS NULL;

-- name: keys_in_use
SELECT key_id, sum(addresses), sum(consents), sum(suppressions) FROM (
  SELECT key_id, count(*) AS addresses, 0 AS consents, 0 AS suppressions FROM contact_address GROUP BY key_id
  UNION ALL
  SELECT key_id, 0, count(*), 0 FROM consent_event WHERE n = 1 GROUP BY key_id
  UNION ALL
  SELECT key_id, 0, 0, count(*) FROM suppression GROUP BY key_id
) AS used GROUP BY key_id ORDER BY key_id;
