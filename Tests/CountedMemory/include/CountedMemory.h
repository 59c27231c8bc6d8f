#pragma once

/// How often this thread has asked the C library for memory, since it began; -1 where a sanitizer
/// has the allocator for itself, and nobody counts.
///
/// For tests of what promises to ask for none. The counting functions stand before those of the
/// library (GNU C library, "Replacing malloc") and pass everything on.
long counted_memory_requests(void);
