// libcurl as Swift sees it: its header, and one typed function for each kind of variadic call.
#pragma once
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

/// The body: the bytes must stay where they are until the transfer has ended.
static inline CURLcode ccurl_set_body(CURL *handle, const void *bytes, size_t count) {
  CURLcode status = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  if (status != CURLE_OK) return status;
  return curl_easy_setopt(handle, CURLOPT_POSTFIELDS, count ? (const char *)bytes : "");
}

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode ccurl_set_receiver(
    CURL *handle, CURLoption option, curl_write_callback receiver) {
  return curl_easy_setopt(handle, option, receiver);
}

static inline CURLcode ccurl_set_open_socket(CURL *handle, curl_opensocket_callback open) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open);
}

static inline CURLcode ccurl_set_progress(CURL *handle, curl_xferinfo_callback progress) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
}

/// The address that libcurl is about to connect to: 4 or 16 bytes in network order and the port.
/// Returns the number of bytes, or 0 for another family.
static inline int ccurl_peer(
    const struct curl_sockaddr *address, unsigned char bytes[16], unsigned short *port) {
  if (address->family == AF_INET && address->addrlen >= sizeof(struct sockaddr_in)) {
    struct sockaddr_in v4;
    memcpy(&v4, &address->addr, sizeof v4);
    memcpy(bytes, &v4.sin_addr, 4);
    *port = ntohs(v4.sin_port);
    return 4;
  }
  if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
    struct sockaddr_in6 v6;
    memcpy(&v6, &address->addr, sizeof v6);
    memcpy(bytes, &v6.sin6_addr, 16);
    *port = ntohs(v6.sin6_port);
    return 16;
  }
  return 0;
}
