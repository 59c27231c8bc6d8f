// Vault: everything secret, on OpenSSL's libcrypto. The master key and the keys that it wraps
// (`MasterKey`, `Keyring`), sealing of record fields (`Sealer`), digests and the form of our own
// tokens (`TokenDigester`, `TokenFormat`), random bytes and ids (`Random`), HKDF.
//
// Called by the shells that write records and by authentication. Not for: storing what it makes
// (Store does), TLS (Network does), or deciding who may do what (Gateway does).
