import Testing

@testable import Gateway

@Suite("Circuits")
struct CircuitTests {
  static let policy = Circuit.Policy(
    failuresMin: 3, gapMax: .seconds(30), openFirst: .seconds(5), openMax: .seconds(20))

  /// What happens at a second, and what a request then meets.
  enum Event: Sendable {
    case failure, briefFailure, probeFailure, evenProbeFailure, briefProbeFailure
    case success, probe, release, look
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let events: [(Double, Event)]
    let at: Double
    let verdict: Circuit.Verdict
    /// What one meets that may hasten; nil: the same.
    var hastened: Circuit.Verdict?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "begins closed", events: [], at: 0, verdict: .pass),
    Case(name: "two failures pass", events: [(1, .failure), (2, .failure)], at: 2, verdict: .pass),
    Case(
      name: "a run of three opens it",
      events: [(1, .failure), (2, .failure), (3, .failure)], at: 3,
      verdict: .blocked(until: .at(8))),
    Case(
      name: "a success breaks the run",
      events: [(1, .failure), (2, .failure), (2, .success), (3, .failure)], at: 3, verdict: .pass),
    Case(
      name: "failures far apart are no run",
      events: [(1, .failure), (2, .failure), (33, .failure)], at: 33, verdict: .pass),
    Case(
      name: "its time up, one is the probe",
      events: [(1, .failure), (1, .failure), (1, .failure)], at: 6, verdict: .probe),
    Case(
      name: "while the probe is out nobody passes",
      events: [(1, .failure), (1, .failure), (1, .failure), (6, .probe)], at: 7,
      verdict: .blocked(until: .at(66))),
    Case(
      name: "the probe's success closes it",
      events: [(1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .success)], at: 7,
      verdict: .pass),
    Case(
      name: "the probe's failure opens it for twice as long",
      events: [(1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .probeFailure)], at: 7,
      verdict: .blocked(until: .at(17))),
    Case(
      name: "a probe's failure that does not double opens it for as long again",
      events: [
        (1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .probeFailure),
        (17, .probe), (18, .evenProbeFailure),
      ], at: 18, verdict: .blocked(until: .at(28))),
    Case(
      name: "nor does it after the first",
      events: [
        (1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .evenProbeFailure),
        (12, .probe), (12, .evenProbeFailure),
      ], at: 12, verdict: .blocked(until: .at(17))),
    Case(
      name: "a probe's failure may open it but briefly, and not for who hastens",
      events: [
        (1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .briefProbeFailure),
      ], at: 7, verdict: .blocked(until: .at(7.25)), hastened: .probe),
    Case(
      name: "after that it is open for as long as it was",
      events: [
        (1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .briefProbeFailure),
        (8, .probe), (8, .evenProbeFailure),
      ], at: 8, verdict: .blocked(until: .at(13))),
    Case(
      name: "the first failures do not open it briefly",
      events: [(1, .failure), (1, .failure), (1, .briefFailure)], at: 1,
      verdict: .blocked(until: .at(6))),
    Case(
      name: "nobody hastens past a probe that is out",
      events: [
        (1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .briefProbeFailure),
        (8, .probe),
      ], at: 8, verdict: .blocked(until: .at(68))),
    Case(
      name: "the length has a limit",
      events: [
        (0, .failure), (0, .failure), (0, .failure), (5, .probe), (5, .probeFailure),
        (15, .probe), (15, .probeFailure), (35, .probe), (35, .probeFailure),
      ], at: 35, verdict: .blocked(until: .at(55))),
    Case(
      name: "failures that were under way do not lengthen it",
      events: [(1, .failure), (1, .failure), (1, .failure), (2, .failure), (3, .failure)], at: 3,
      verdict: .blocked(until: .at(6))),
    Case(
      name: "another's failure does not end the probe",
      events: [(1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .failure)], at: 7,
      verdict: .blocked(until: .at(66))),
    Case(
      name: "anyone's success closes it while open",
      events: [(1, .failure), (1, .failure), (1, .failure), (2, .success)], at: 2, verdict: .pass),
    Case(
      name: "a probe without a verdict hands on to the next",
      events: [(1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .release)], at: 7,
      verdict: .probe),
    Case(
      name: "a probe that is never reported runs out",
      events: [(1, .failure), (1, .failure), (1, .failure), (6, .probe)], at: 66, verdict: .probe),
    Case(
      name: "closed again it counts from nothing",
      events: [
        (1, .failure), (1, .failure), (1, .failure), (6, .probe), (7, .success), (8, .failure),
        (8, .failure),
      ], at: 8, verdict: .pass),
  ]

  @Test(arguments: cases)
  func follows(_ example: Case) {
    var circuit = Circuit()
    for (seconds, event) in example.events {
      let now = Moment.at(seconds)
      switch event {
      case .failure: circuit.failed(isProbe: false, now: now, policy: Self.policy, random: 0)
      case .probeFailure: circuit.failed(isProbe: true, now: now, policy: Self.policy, random: 0)
      case .evenProbeFailure:
        circuit.failed(
          isProbe: true, reopening: .asLong, now: now, policy: Self.policy, random: 0)
      case .briefFailure, .briefProbeFailure:
        circuit.failed(
          isProbe: event == .briefProbeFailure, reopening: .briefly, now: now, policy: Self.policy,
          random: 0)
      case .success: circuit.succeeded()
      case .probe:
        #expect(circuit.verdict(now: now) == .probe)
        circuit.beginProbe(now: now, policy: Self.policy)
      case .release: circuit.releaseProbe(now: now)
      case .look: break
      }
    }
    #expect(circuit.verdict(now: .at(example.at)) == example.verdict)
    let hastened = circuit.verdict(now: .at(example.at), mayHasten: true)
    #expect(hastened == example.hastened ?? example.verdict)
  }

  @Test func theJitterLengthensByAtMostAQuarter() {
    var circuit = Circuit()
    for _ in 0..<3 {
      circuit.failed(isProbe: false, now: .at(0), policy: Self.policy, random: .max)
    }
    #expect(circuit.blockedUntil > .at(6.2) && circuit.blockedUntil <= .at(6.25))
  }
}
