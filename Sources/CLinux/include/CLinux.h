// Linux calls that Swift's Glibc module lacks.
//
// Never define _GNU_SOURCE in a header that Swift imports (it changes types that the Glibc module
// has already seen): CLinux.c defines it.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC.
int clinux_accept4(int listener);

/// Runs `body` once on a new, detached thread, which carries the first 15 bytes of the name.
///
/// 0, or the number of the error of pthread_create(3); then `body` never runs.
int clinux_start_thread(const char *name, void (*body)(void *), void *context);

/// PR_SET_DUMPABLE of prctl(2): no core file, and no other process of this user reads our memory.
void clinux_forbid_dumps(void);

/// malloc_trim(3) of the whole heap, where the C library has it.
void clinux_trim_heap(void);

/// SO_PEERCRED of unix(7): who was at the other end when it connected; -1 if nobody knows.
int clinux_peer_credentials(int descriptor, uint32_t *user, int32_t *process);
