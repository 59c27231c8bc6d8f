// Locks: the lock of this house, `Guarded`: a value behind a mutex of the library, in a form that
// the thread sanitizer understands. Called by every target, and by tests, whose threads share a
// value. Pure: it neither waits for anything but its turn nor makes a thread. Not for: waiting
// until a value changes (`Monitor` in Store, `Latch` in Network), nor what one loop alone touches
// (`LoopBound`), which needs no lock.
