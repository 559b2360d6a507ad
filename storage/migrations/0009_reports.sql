-- Reports and alerts that are sent by themselves: who gets them since when, and what was sent.

-- Since when a receiver of a report is known: what was due before is not sent. `fall` and `rise` stand for its alerts.
CREATE TABLE report_receiver (
  report TEXT NOT NULL,
  receiver TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (report, receiver)
){clustered};

-- One report, or alert, to one receiver. `id` is a digest of report, period and receiver, so that there is one. What goes to a chat
-- is `handed` to the inbox in the same transaction, and `id` is its message's key; a letter is queued, leased while it is made,
-- sending from just before it may have arrived, and then sent, failed or unknown. `facts` is an alert's alarm (JSON), no words.
CREATE TABLE report_run (
  id TEXT PRIMARY KEY,
  report TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('report', 'fall', 'rise')),
  period TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  receiver TEXT NOT NULL,
  channel TEXT NOT NULL,
  facts TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('handed', 'queued', 'leased', 'sending', 'sent', 'failed', 'unknown')),
  not_before BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  lease_epoch INTEGER NOT NULL,
  error TEXT NOT NULL,
  settled_at BIGINT NOT NULL
){clustered};
CREATE INDEX report_run_report ON report_run (report, kind, last_day);
CREATE INDEX report_run_open ON report_run (not_before) WHERE state IN ('queued', 'leased', 'sending');
