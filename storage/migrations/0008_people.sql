-- People who sign in, what they may do, and what they have done. Times are epoch ms.

-- Somebody who may sign in once they have chosen a password, `password_hash` '' until then. `email` in lower case.
CREATE TABLE person (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  password_at BIGINT NOT NULL,
  oidc_iss TEXT,
  oidc_sub TEXT,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT,
  UNIQUE (oidc_iss, oidc_sub)
){clustered};

-- A role for one brand and desk, or for any: '*'.
CREATE TABLE role_grant (
  person TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'author', 'analyst', 'agent', 'viewer')),
  brand TEXT NOT NULL,
  desk TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (person, role, brand, desk)
){clustered};

-- A browser in which somebody has signed in: the SHA-256 of the id that its cookie holds.
CREATE TABLE web_session (
  id_hash TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  browser TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
){clustered};
CREATE INDEX web_session_person ON web_session (person);

-- A link with which somebody chooses a password, once: the SHA-256 of what it ends in.
CREATE TABLE one_time_link (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('invite', 'reset')),
  person TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
){clustered};
CREATE INDEX one_time_link_person ON one_time_link (person);

-- Who did what, in a chain: each row holds the hash of the one before it. Nobody's personal data stands here.
CREATE TABLE audit (
  n BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  facts TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
){clustered};
CREATE INDEX audit_subject ON audit (subject, n);
