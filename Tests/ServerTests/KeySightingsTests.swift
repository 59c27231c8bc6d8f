import Gateway
import Testing

@testable import Server

@Suite("Keys that were seen working")
struct KeySightingsTests {
  static func sighting(_ fingerprint: String, provider: String = "p") -> KeySighting {
    KeySighting(
      key: OwnKey(secret: ClearSecret(Array("s".utf8)), fingerprint: fingerprint),
      providerID: provider, userID: "u")
  }

  static func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

  @Test func eachIsHandedOnOnceInTenMinutes() {
    let sightings = KeySightings()
    #expect(sightings.note(Self.sighting("a"), now: Self.at(0)))
    #expect(!sightings.note(Self.sighting("a"), now: Self.at(1)))
    #expect(sightings.note(Self.sighting("a", provider: "q"), now: Self.at(1)))
    #expect(sightings.take().count == 2 && sightings.take().isEmpty)
    #expect(!sightings.note(Self.sighting("a"), now: Self.at(599)))
    #expect(sightings.note(Self.sighting("a"), now: Self.at(600)))
    #expect(!sightings.note(Self.sighting("a"), now: Self.at(1_199)), "and so on")
    #expect(sightings.take().count == 1)
  }

  @Test func isBounded() {
    let sightings = KeySightings()
    for number in 0..<100 { sightings.note(Self.sighting("k\(number)"), now: Self.at(0)) }
    #expect(sightings.take().count == 64)
    #expect(sightings.note(Self.sighting("k99"), now: Self.at(0)), "left, not forgotten")
    for number in 0..<10_000 {
      sightings.note(Self.sighting("n\(number)"), now: Self.at(0))
      if number % 50 == 0 { _ = sightings.take() }
    }
  }
}
