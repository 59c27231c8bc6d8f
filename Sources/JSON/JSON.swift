// JSON: bytes in, facts and bytes out (RFC 8259). No I/O, no dialect, no policy, no schema.
//
// What a caller takes:
// - `JSONIndex`: one fast scan that proves a whole document sound and lists the members of an
//   object by range. `Providers` reads requests with it and splices them by those ranges, so that
//   every other byte stays as it came; nothing is copied, parsed and written again.
// - `JSONValue`: a lossless value for what is small and off the request path: records, the import
//   document, the command line. Its depth is bounded because values are compared, written and
//   freed by recursion.
// - `JSONWriter`: appends escaped strings and numbers to bytes, for bodies made on the hot path.
//
// Not for: mapping to Swift types (`Codable`), floating point (a number is its text, or an exact
// `Int64`), comments, or documents that arrive in pieces (`Providers` meters answers with a scanner
// of its own).
//
// Called by `Providers`, `Gateway`, `Store`, `Server`, `Simulator` and `Appliance`.
