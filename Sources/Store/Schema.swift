extension Migration {
  /// Every step in order.
  package static let all: [Migration] = [
    Migration(
      name: "node, keys, records, requests, owned ids",
      sql: """
        -- Facts of this node, one integer each.
        CREATE TABLE meta (
          name  TEXT NOT NULL PRIMARY KEY,
          value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- 63 random bits, made once: versions of records name the node that wrote them.
        INSERT INTO meta VALUES ('node_id', max(1, random() & 9223372036854775807));

        -- Data keys, wrapped by the master key.
        CREATE TABLE data_key (
          id         TEXT NOT NULL PRIMARY KEY,
          purpose    TEXT NOT NULL,
          wrapped    TEXT NOT NULL,
          created_at INTEGER NOT NULL  -- Unix time, milliseconds
        ) STRICT, WITHOUT ROWID;

        -- Configuration. Secrets in a value are sealed.
        CREATE TABLE record (
          kind    TEXT NOT NULL,
          id      TEXT NOT NULL,
          wall    INTEGER NOT NULL,  -- the version: Unix time in milliseconds,
          logical INTEGER NOT NULL,  -- a counter within it,
          node    INTEGER NOT NULL,  -- and the node that wrote
          value   TEXT,              -- JSON; NULL is a tombstone
          PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;

        -- A row a finished request. The token columns are those of the usage in JSON.
        CREATE TABLE request (
          id                        INTEGER PRIMARY KEY,
          request_id                TEXT NOT NULL UNIQUE,
          started_at                INTEGER NOT NULL,  -- Unix time, milliseconds
          finished_at               INTEGER NOT NULL,
          user                      TEXT,
          token                     TEXT,
          dialect                   TEXT,
          endpoint                  TEXT,
          model                     TEXT,
          upstream_model            TEXT,
          provider                  TEXT,
          key                       TEXT,
          level                     INTEGER,
          attempts                  INTEGER NOT NULL,
          status                    INTEGER NOT NULL,
          stream                    INTEGER NOT NULL,
          outcome                   TEXT NOT NULL,
          usage_source              TEXT NOT NULL,
          input_tokens              INTEGER NOT NULL,
          output_tokens             INTEGER NOT NULL,
          cached_input_tokens       INTEGER NOT NULL,
          cache_write_tokens        INTEGER NOT NULL,
          cache_write_5m_tokens     INTEGER NOT NULL,
          cache_write_1h_tokens     INTEGER NOT NULL,
          reasoning_tokens          INTEGER NOT NULL,
          input_audio_tokens        INTEGER NOT NULL,
          output_audio_tokens       INTEGER NOT NULL,
          input_image_tokens        INTEGER NOT NULL,
          output_image_tokens       INTEGER NOT NULL,
          cached_input_audio_tokens INTEGER NOT NULL,
          cached_input_image_tokens INTEGER NOT NULL,
          tool_use_input_tokens     INTEGER NOT NULL,
          accepted_prediction_tokens INTEGER NOT NULL,
          rejected_prediction_tokens INTEGER NOT NULL,
          cost_nano_usd             INTEGER,           -- 1 USD = 1 000 000 000; NULL: unknown
          anomalies                 TEXT NOT NULL,     -- a JSON array of strings
          ttft_ms                   INTEGER,
          duration_ms               INTEGER NOT NULL
        ) STRICT;

        -- The newest requests, the usage of a range of time, and the purge of the oldest.
        CREATE INDEX request_by_finish ON request (finished_at);

        -- Ids that a provider handed out: they live on one key and belong to one user.
        CREATE TABLE owned_id (
          id         TEXT NOT NULL,
          user       TEXT NOT NULL,
          provider   TEXT NOT NULL,
          key        TEXT NOT NULL,
          expires_at INTEGER NOT NULL,  -- Unix time, milliseconds
          PRIMARY KEY (id, user)
        ) STRICT, WITHOUT ROWID;

        -- The purge of what has expired.
        CREATE INDEX owned_id_by_expiry ON owned_id (expires_at);
        """),
    .rollUps,
    Migration(
      name: "the journal",
      sql: """
        -- How far each ring of the journal is stored: changed with the rows that it holds.
        CREATE TABLE journal_place (
          ring     INTEGER PRIMARY KEY,
          position INTEGER NOT NULL,  -- bytes since the ring's first entry
          slot     INTEGER NOT NULL
        ) STRICT;

        -- Admitted requests whose ends are not stored yet: what a crash leaves open.
        CREATE TABLE open_admission (
          ring     INTEGER NOT NULL,
          position INTEGER NOT NULL,
          receipt  BLOB NOT NULL,
          PRIMARY KEY (ring, position)
        ) STRICT, WITHOUT ROWID;
        """),
    Migration(
      name: "audit",
      sql: """
        -- A row a change of a record, written with it.
        CREATE TABLE audit (
          id        INTEGER PRIMARY KEY,
          at        INTEGER NOT NULL,  -- Unix time, milliseconds
          origin    TEXT NOT NULL,     -- socket, command, appliance
          uid       INTEGER,           -- of the system
          pid       INTEGER,
          actor     TEXT,              -- the system's name for the uid
          operation TEXT NOT NULL,
          kind      TEXT NOT NULL,
          record_id TEXT NOT NULL,
          name      TEXT NOT NULL,
          change    TEXT NOT NULL,     -- created, changed, removed
          before    TEXT,              -- JSON, secrets masked; NULL: there was no record
          after     TEXT
        ) STRICT;

        -- The history of one record.
        CREATE INDEX audit_by_record ON audit (kind, name);
        """),
    Migration(
      name: "spend",
      sql: """
        -- What a subject has used in a quarter of an hour: spend in any period is a sum of these,
        -- and limits by the day begin with them. A subject is the id of a user or token; for the
        -- limits of models the id of a user, a space, and the model asked for.
        CREATE TABLE spend_cell (
          subject       TEXT NOT NULL,
          quarter       INTEGER NOT NULL,  -- Unix time in units of 15 minutes; -1: all before
          requests      INTEGER NOT NULL,
          input_tokens  INTEGER NOT NULL,
          output_tokens INTEGER NOT NULL,
          nano_usd      INTEGER NOT NULL,
          PRIMARY KEY (subject, quarter)
        ) STRICT, WITHOUT ROWID;

        -- What has grown old.
        CREATE INDEX spend_cell_by_quarter ON spend_cell (quarter);
        """),
    Migration(
      name: "usage_through",
      sql: """
        -- The last row that the cells of usage hold; those behind it are added up after a crash.
        INSERT INTO meta SELECT 'usage_through', coalesce(max(id), 0) FROM request;
        """),
    Migration(
      name: "record_gone",
      sql: """
        -- Tombstones by age: their removal looks at nothing else.
        CREATE INDEX record_gone ON record (wall) WHERE value IS NULL;
        """),
    Migration(
      name: "audit_address",
      sql: """
        -- Where a client came from that changed a record; NULL for who is on this machine.
        ALTER TABLE audit ADD COLUMN address TEXT;
        """),
    Migration(
      name: "owned_id_debt",
      sql: """
        -- Of a response that is made in the background, its usage: 0: no debt is known, 1: owed,
        -- 2: settled.
        ALTER TABLE owned_id ADD COLUMN usage_debt INTEGER NOT NULL DEFAULT 0;
        -- The model of an owed usage, as the client asked and as it went to the provider.
        ALTER TABLE owned_id ADD COLUMN model TEXT;
        ALTER TABLE owned_id ADD COLUMN upstream_model TEXT;
        """),
  ]
}
