// Store: what outlives the process. The data directory and its lock (`DataDirectory`), SQLite and
// the schema (`Database`, `Migration`), the one thread that writes (`Writer`), and the tables:
// records (`RecordStore`), wrapped keys (`KeyStore`), the ledger (`Ledger`, `LedgerReader`), ids that
// live on one key (`OwnedIDs`).
//
// One connection of the process writes and checkpoints, and it belongs to the writer's thread;
// readers open their own, read-only. Called by the shells. Not for: policy, sealing (what is stored
// is sealed already), or anything on a request's path but `Writer.record` and `OwnedIDs`.
