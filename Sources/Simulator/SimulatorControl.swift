import HTTP
import JSON

/// What tests read and set while the simulator runs: `/_simulator/…`.
enum SimulatorControl {
  static func answer(_ call: SimulatedCall, _ state: SimulatorState) -> SimulatedAnswer {
    switch (call.method, call.path) {
    case (.get, "/_simulator/counters"): return .json(state.countersDocument)
    case (.get, "/_simulator/requests"): return .json(state.requestsDocument)
    case (.post, "/_simulator/reset"):
      state.reset()
      return .json(["reset": true])
    case (.post, "/_simulator/failures"):
      if let wrong = state.setFailures(call.document) {
        return .json(["error": .string(wrong)], status: 400)
      }
      return .json(["failures": call.document["failures"] ?? []])
    case (_, "/_simulator/redirected"):
      state.noteRedirectFollowed()
      return .json(["followed": true])
    default:
      return .json(["error": "GET counters or requests; POST reset or failures"], status: 404)
    }
  }
}
