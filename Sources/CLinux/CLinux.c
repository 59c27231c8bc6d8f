#define _GNU_SOURCE
#include "CLinux.h"
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int clinux_accept4(int listener) {
  return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void clinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void clinux_forbid_dumps(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
