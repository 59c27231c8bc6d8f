#define _GNU_SOURCE
#include "CLinux.h"
#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int clinux_accept4(int listener) {
  return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void clinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void clinux_forbid_dumps(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

void clinux_trim_heap(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

int clinux_peer_credentials(int descriptor, uint32_t *user, int32_t *process) {
  struct ucred credentials;
  socklen_t size = sizeof credentials;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
  // For a socket that is not of the Unix domain the kernel knows nobody.
  if (credentials.pid == 0) return -1;
  *user = credentials.uid;
  *process = credentials.pid;
  return 0;
}
