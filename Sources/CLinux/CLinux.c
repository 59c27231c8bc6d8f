#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int clinux_accept4(int listener) {
  return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

struct beginning {
  char name[16];
  void (*body)(void *);
  void *context;
};

static void *begin(void *raw) {
  struct beginning this = *(struct beginning *)raw;
  free(raw);
  pthread_setname_np(pthread_self(), this.name);
  this.body(this.context);
  return NULL;
}

int clinux_start_thread(const char *name, void (*body)(void *), void *context) {
  struct beginning *this = malloc(sizeof *this);
  if (this == NULL) return ENOMEM;
  snprintf(this->name, sizeof this->name, "%s", name);
  this->body = body;
  this->context = context;
  pthread_t thread;
  int status = pthread_create(&thread, NULL, begin, this);
  if (status == 0) {
    pthread_detach(thread);
  } else {
    free(this);
  }
  return status;
}

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
