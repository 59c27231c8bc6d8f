/// What the current event of an answer, or a body that is one document, says while it is read.
///
/// Made anew for each event of a stream, so it holds no reference but that of an error.
struct AnswerEvent {
  var type = AnswerEventType.other
  var hasChoices = false
  var choiceCount = 0
  var hasUsage = false
  var webQueries: Int64 = 0
  var hasError = false
  @Seldom private var stated: Stated?

  /// What may be of an error.
  private struct Stated {
    var error = ErrorEventFacts()
    var code: String?
    var message: String?
  }

  /// The current event is nothing but the usage: `choices` is there and empty, `usage` an object.
  var isUsageAlone: Bool { hasChoices && choiceCount == 0 && hasUsage }

  /// An error inside the event.
  var error: ErrorEventFacts {
    get { stated?.error ?? ErrorEventFacts() }
    set { change { $0.error = newValue } }
  }

  /// `code` and `message` of the event itself, an error only if its type says so.
  var code: String? {
    get { stated?.code }
    set { change { $0.code = newValue } }
  }
  var message: String? {
    get { stated?.message }
    set { change { $0.message = newValue } }
  }

  private mutating func change(_ change: (inout Stated) -> Void) {
    var stated = stated ?? Stated()
    change(&stated)
    self.stated = stated
  }
}
