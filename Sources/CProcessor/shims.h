// What the processor can do and Swift has no word for.
#pragma once
#include <stdint.h>

/// Asks for the line of memory that holds an address, and waits for nothing.
///
/// A hint: an address where nothing is, or nothing any more, is passed over.
static inline void cprocessor_prefetch(uintptr_t address) {
  __builtin_prefetch((const void *)address);
}
