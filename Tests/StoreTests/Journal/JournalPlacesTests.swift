import Testing

@testable import Store

@Suite("How far the journal is stored")
struct JournalPlacesTests {
  static let facts = JournalRing.Facts(
    id: 7, secret: 1, geometry: JournalLayout.Geometry(bytes: 1 << 20))

  @Test func areKeptByRing() throws {
    try withDatabase { database throws in
      let places = try JournalPlaces(database)
      #expect(try places.cursor(of: Self.facts) == nil)
      for place in [JournalCursor(), JournalCursor(position: .max, slot: 7)] {
        try places.set(place, of: 7)
        try places.set(JournalCursor(position: 1, slot: 1), of: 8)
        #expect(try places.cursor(of: Self.facts) == place)
      }
      try places.remove(7)
      #expect(try places.cursor(of: Self.facts) == nil)
    }
  }

  @Test(arguments: [(-1, 0), (0, -1), (0, 8), (0, 1 << 40)])
  func aPlaceThatIsNotInTheRingIsNone(_ position: Int64, slot: Int) throws {
    try withDatabase { database throws in
      let places = try JournalPlaces(database)
      try places.set(JournalCursor(position: position, slot: slot), of: 7)
      #expect(try places.cursor(of: Self.facts) == nil)
    }
  }
}
