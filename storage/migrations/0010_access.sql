-- What the audit trail begins behind once its oldest part is gone, keys for the API, and who has just said who they are.
-- Times are epoch ms.

-- Entries up to `n` are gone, and `hash` was that of the last of them. An entry of the trail names both.
CREATE TABLE audit_anchor (
  n BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  hash TEXT NOT NULL
){clustered};

-- A key that other systems call the API with: the SHA-256 of its secret. `brand` and `desk` '*' for any.
CREATE TABLE api_key (
  sha256 TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  scopes TEXT NOT NULL,
  brand TEXT NOT NULL,
  desk TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  used_at BIGINT,
  revoked_at BIGINT
){clustered};

-- When the person at it last gave their password.
ALTER TABLE web_session ADD COLUMN sure_at BIGINT NOT NULL DEFAULT 0;
