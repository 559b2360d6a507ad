-- Telegram and Slack: messages that change earlier ones, links that start a survey, accounts that people connected.

ALTER TABLE outbox ADD COLUMN edits TEXT NOT NULL DEFAULT '';

-- `token` is the SHA-256 of what is in the link: who reads the database cannot use it.
CREATE TABLE link (
  token TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  invite TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0,
  used_by TEXT NOT NULL DEFAULT ''
){clustered};

CREATE TABLE installation (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  sealed TEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (channel, account)
){clustered};

-- Answers are read by session.
DROP INDEX answer_at;
