// Log: what a line of the log looks like (`LogLine`), which levels there are, and how free text
// loses what looks like a credential (`Redaction`). Pure: whoever writes to stderr is the program,
// and the time comes as an argument. Called by the shells and the program; pure targets never log.
// Not for: metrics, the ledger, or deciding what is worth a line.
