import Testing

@testable import Gateway

@Suite("Order of keys")
struct KeyOrderTests {
  enum Kind: Sendable { case good, failing, doubtful, failingInDoubt }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// The rank of each, and what is known of it.
    let keys: [(UInt64, Kind)]
    let turn: Int?
    /// With `mayTry`: a trial of that key; nil: the same turn.
    var trial: Int?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "no key", keys: [], turn: nil),
    Case(name: "the least rank", keys: [(3, .good), (1, .good), (2, .good)], turn: 1),
    Case(name: "the first of equals", keys: [(1, .good), (1, .good)], turn: 0),
    Case(name: "the largest rank is one", keys: [(.max, .good)], turn: 0),
    Case(
      name: "a good one first, however late", keys: [(1, .failing), (9, .good)], turn: 1, trial: 0),
    Case(name: "a failing one not in its turn", keys: [(9, .failing), (1, .good)], turn: 1),
    Case(
      name: "a failing one before one in doubt", keys: [(1, .doubtful), (9, .failing)], turn: 1),
    Case(name: "one in doubt at last", keys: [(1, .doubtful)], turn: 0),
    Case(
      name: "no trial in doubt", keys: [(1, .failingInDoubt), (1, .doubtful), (9, .good)], turn: 2),
  ]

  @Test(arguments: cases)
  func choosesByRecordAndRank(_ example: Case) throws {
    let key = try RosterTests.key("k")
    var order = KeyOrder()
    for (index, (rank, kind)) in example.keys.enumerated() {
      var entry = Lane(level: 1, model: "m", range: 0..<1, keys: [key]).entries[0]
      entry.isFailing = kind == .failing || kind == .failingInDoubt
      entry.doubtUntil = kind == .doubtful || kind == .failingInDoubt ? .at(2) : .at(1)
      order.offer(index, rank: rank, entry, now: .at(1))
    }
    let turn = example.turn.map { Turn(index: $0) }
    #expect(order.first(mayTry: false) == turn)
    let trial = example.trial.map { Turn(index: $0, isTrial: true) }
    #expect(order.first(mayTry: true) == (trial ?? turn))
  }
}
