// HTTP: bytes to values and back. HTTP/1.1 heads, bodies and chunked coding (RFC 9110, RFC 9112),
// media types, queries, percent coding and dates, multipart forms (RFC 2046, RFC 7578), server-sent
// events (WHATWG HTML § 9.2), growing JSON arrays and JSON lines.
//
// What it is for: every byte that a client or a provider sends is read here first, by code that
// cannot touch memory and cannot wait. A parser is a value with a `Span` of the connection's receive
// buffer as argument: it remembers how far it has come, so that no byte is looked at twice however
// the network cut the stream, and it has a bound for everything that can grow. Heads come back as
// values that own one copy of their bytes, because the buffer moves on; content comes back as ranges
// of the buffer, because nothing else needs it.
//
// Where the RFCs leave a choice, this target refuses: a lenient reading here and another one at the
// provider is how requests are smuggled. Each parser lists its choices in its comment.
//
// Called by Server (connections), Providers (what heads and answers mean), Simulator.
// Not for: sockets, time-outs, routes, what a JSON text says, which header may pass.
