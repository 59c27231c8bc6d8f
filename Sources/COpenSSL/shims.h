// OpenSSL 3 as Swift sees it: its headers, and typed functions for what are macros in C.
#pragma once
// SHA256_Init and kin are marked deprecated in OpenSSL 3, but their states can be copied for nothing,
// which EVP's cannot: that is what makes a token digest cost a fraction of a microsecond.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// -- TLS (target Network)

/// SNI, RFC 6066 section 3.
static inline int copenssl_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

/// TLS 1.2 and later, no renegotiation, no compression, partial writes, buffers released when idle.
static inline void copenssl_set_rules(SSL_CTX *context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/// Lets a client connection hand out the session that a later one resumes.
static inline void copenssl_cache_client_sessions(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
}

/// ALPN: http/1.1 if the client offers it, no protocol otherwise (RFC 7301).
static inline int copenssl_alpn_http1(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                                      const unsigned char *in, unsigned int in_length, void *argument) {
  (void)ssl;
  (void)argument;
  static const unsigned char wanted[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char *chosen = NULL;
  if (SSL_select_next_proto(&chosen, out_length, wanted, sizeof wanted, in, in_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

static inline void copenssl_select_http1(SSL_CTX *context) {
  SSL_CTX_set_alpn_select_cb(context, copenssl_alpn_http1, NULL);
}

// -- Digests (target Vault)

/// Fills the state that HMAC-SHA-256 has after its padded key block; `pad` is 0x36 for the inner
/// hash and 0x5c for the outer (RFC 2104). A key longer than a block must be hashed first.
static inline void copenssl_hmac_sha256_state(
    SHA256_CTX *state, const unsigned char *key, size_t count, unsigned char pad) {
  unsigned char block[SHA256_CBLOCK];
  for (size_t i = 0; i < sizeof block; i++)
    block[i] = (unsigned char)((i < count ? key[i] : 0) ^ pad);
  SHA256_Init(state);
  SHA256_Update(state, block, sizeof block);
  OPENSSL_cleanse(block, sizeof block);
}

/// HMAC-SHA-256 from the two states above, which stay as they are.
static inline void copenssl_hmac_sha256(
    const SHA256_CTX *inner, const SHA256_CTX *outer, const void *bytes, size_t count,
    unsigned char digest[SHA256_DIGEST_LENGTH]) {
  SHA256_CTX state = *inner;
  SHA256_Update(&state, bytes, count);
  SHA256_Final(digest, &state);
  state = *outer;
  SHA256_Update(&state, digest, SHA256_DIGEST_LENGTH);
  SHA256_Final(digest, &state);
}
