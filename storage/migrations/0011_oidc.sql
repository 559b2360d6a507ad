-- Who is on the way to a provider of identities and has not come back yet. Times are epoch ms.

-- The SHA-256 of the state that comes back, and of the cookie of the browser that set out: neither can be read here.
-- `person` is who has signed in there already, `link` the hash of the one-time link that they hold, '' for nobody and none.
CREATE TABLE sign_in_attempt (
  state_hash TEXT PRIMARY KEY,
  browser_hash TEXT NOT NULL,
  provider TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('sign_in', 'welcome', 'connect', 'confirm')),
  person TEXT NOT NULL,
  link TEXT NOT NULL,
  goes_to TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
){clustered};
CREATE INDEX sign_in_attempt_expires ON sign_in_attempt (expires_at);
