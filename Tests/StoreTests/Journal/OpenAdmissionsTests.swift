import Testing

@testable import Store

@Suite("Admissions without an end")
struct OpenAdmissionsTests {
  func add(
    _ open: OpenAdmissions, _ ring: Int64, _ position: Int64, _ body: [UInt8]
  ) throws(StoreError) {
    var failure: StoreError?
    body.withUnsafeBytes { raw in
      do throws(StoreError) {
        try open.add(ring: ring, position: position, raw)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  @Test func areKeptUntilTheyEnd() throws {
    try withDatabase { database throws in
      let open = try OpenAdmissions(database)
      for position in [30, 10, 20] as [Int64] { try add(open, 1, position, [UInt8(position)]) }
      try add(open, 2, 10, [2])
      try open.remove(ring: 1, position: 20)
      try open.remove(ring: 1, position: 99)
      // A later start finds them.
      let later = try OpenAdmissions(database)
      #expect(try later.takeAll(of: 1) == [[10], [30]])
      #expect(try later.takeAll(of: 1) == [])
      #expect(try later.takeAll(exceptOf: [1, 3]) == [[2]])
      #expect(try database.integer("SELECT count(*) FROM open_admission") == 0)
    }
  }

  /// What is known of the table goes back with its transaction.
  @Test func aStepThatFailsChangesNothing() throws {
    try withDatabase { database throws in
      let open = try OpenAdmissions(database)
      try add(open, 1, 1, [1])
      open.begin()
      #expect(throws: StoreError.closed) {
        try database.transaction { () throws(StoreError) in
          try add(open, 1, 2, [2])
          try open.remove(ring: 1, position: 1)
          throw .closed
        }
      }
      open.rollBack()
      open.begin()
      try open.remove(ring: 1, position: 2)
      #expect(try open.takeAll(of: 1) == [[1]])
    }
  }
}
