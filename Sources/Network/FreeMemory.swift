import CLinux

/// The memory that was freed and that the allocator keeps for later.
package enum FreeMemory {
  /// Gives the pages of it back to the system.
  ///
  /// The allocator alone gives back only what lies at the end of a heap: after a large import a
  /// third of the process would stay free and held. It takes some milliseconds, in which other
  /// threads may have to wait for memory: not for the life of a request.
  ///
  /// - SeeAlso: `malloc_trim(3)`.
  package static func giveBack() { clinux_trim_heap() }
}
