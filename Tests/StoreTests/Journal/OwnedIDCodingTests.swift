import Testing

@testable import Store

@Suite("Ids in the journal")
struct OwnedIDCodingTests {
  static func owned(
    _ id: String, debt: UsageDebt = .unknown, model: String? = nil, upstreamModel: String? = nil,
    expires: Int64 = 1
  ) -> OwnedID {
    OwnedID(
      id: id, user: "usr_ä", provider: "prv", key: "", expiresAtMilliseconds: expires, debt: debt,
      owed: OwedModels(model: model, upstreamModel: upstreamModel))
  }

  static let some = [
    owned("resp_1"), owned("", debt: .owed, model: "m", upstreamModel: "", expires: .max),
    owned("résp", debt: .settled, upstreamModel: "up/m", expires: .min),
    owned(String(repeating: "x", count: 512), model: String(repeating: "y", count: 512)),
  ]

  func read(_ bytes: [UInt8]) -> (ids: [OwnedID], rest: [UInt8])? {
    bytes.withUnsafeBytes { OwnedIDCoding.read($0).map { ($0.ids, Array($0.rest)) } }
  }

  @Test(arguments: 0...4)
  func comeBackAsTheyWere(count: Int) throws {
    var bytes: [UInt8] = []
    #expect(OwnedIDCoding.append(Self.some.prefix(count), to: &bytes) == count)
    #expect(bytes.count.isMultiple(of: 8))
    let found = try #require(read(bytes + [1, 2, 3]))
    #expect(found.ids == Array(Self.some.prefix(count)))
    #expect(found.rest == [1, 2, 3])
  }

  /// What finds no room is left to the caller; what came before it is whole.
  @Test func takeNoMoreRoomThanTheyMay() throws {
    let many = (0..<200).map { Self.owned("\($0)" + String(repeating: "x", count: 100)) }
    var bytes: [UInt8] = [9, 9, 9, 9, 9, 9, 9, 9]
    let count = OwnedIDCoding.append(many[...], to: &bytes)
    #expect((100..<190).contains(count))
    #expect(bytes.count <= 8 + 8 + OwnedIDCoding.bytesMax + 8)
    let found = try #require(read(Array(bytes.dropFirst(8))))
    #expect(found.ids == Array(many.prefix(count)))
    #expect(found.rest == [])
    var none: [UInt8] = []
    let long = Self.owned(String(repeating: "x", count: 70_000))
    #expect(OwnedIDCoding.append([long, many[0]], to: &none) == 0)
    #expect(read(none)?.ids == [])
  }

  /// A file is bytes: whatever stands in them, they are ids or none, and nothing else is read.
  @Test func bytesThatAreNoneAreRefused() {
    var bytes: [UInt8] = []
    _ = OwnedIDCoding.append(Self.some[...], to: &bytes)
    for length in 0..<bytes.count {
      #expect(read(Array(bytes.prefix(length))) == nil, "cut at \(length)")
    }
    for place in 0..<bytes.count {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var other = bytes
        other[place] = value
        _ = read(other)
      }
    }
    var unknownDebt: [UInt8] = []
    _ = OwnedIDCoding.append([Self.owned("a")], to: &unknownDebt)
    // 0 to 2 are debts; the last byte that is not filling is the one record's.
    let debt = 8 + (2 + 1) + (2 + 5 + 1) + (2 + 3) + 2 + 2 + 2 + 8
    #expect(unknownDebt[debt] == 0)
    unknownDebt[debt] = 3
    #expect(read(unknownDebt) == nil)
  }
}
