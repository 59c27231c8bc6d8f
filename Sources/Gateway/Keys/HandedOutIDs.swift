package import Providers

/// The rules for ids that a provider hands out: each lives on one upstream key and belongs to one
/// user.
///
/// Responses, conversations, files and the like exist for one key only. The store remembers them.
package enum HandedOutIDs {
  package struct Owner: Equatable, Sendable {
    package let keyID: String
    /// A key that a client brought is one of its provider alone, and no record says of which.
    package let providerID: String
    package let userID: String

    package init(keyID: String, providerID: String, userID: String) {
      self.keyID = keyID
      self.providerID = providerID
      self.userID = userID
    }
  }

  /// How long an id is remembered from when it was handed out, in milliseconds.
  ///
  /// OpenAI keeps responses 30 days and conversations and files until they are deleted; Gemini
  /// keeps files 48 hours and caches as long as they were made for; Anthropic keeps containers 30
  /// days. Each gets a day more; what lives until it is deleted gets a year.
  package static func lifetimeMilliseconds(of id: String) -> Int64 {
    let day: Int64 = 86_400_000
    let kept: [(prefix: String, days: Int64)] = [
      ("conv_", 366), ("file-", 366), ("file_", 366), ("batch_", 366), ("files/", 3),
      ("cachedContents/", 366),
    ]
    let days = kept.first { id.hasPrefix($0.prefix) }?.days ?? 31
    return days * day
  }

  /// Where the ids live that a request names, all on one key; nil if it names none.
  ///
  /// `owner` looks an id up in the store. An id that is unknown or another user's is
  /// `resourceNotFound`; so is one of another provider than `providerID`, where that is not nil.
  package static func owner(
    of ids: [String], userID: String, at providerID: String? = nil,
    owner: (String) throws(Refusal) -> Owner?
  ) throws(Refusal) -> Owner? {
    var found: Owner?
    for id in ids {
      guard let owner = try owner(id), owner.userID == userID,
        owner.providerID == providerID ?? owner.providerID
      else { throw .resourceNotFound(id: id) }
      if let found, found != owner {
        throw .malformed(
          "The ids in this request live on different upstream keys and cannot be used together.")
      }
      found = owner
    }
    return found
  }
}

extension Router.Question {
  /// The provider where all ids must live that the request names; nil: wherever they live.
  ///
  /// A passthrough names its provider, and an id of another is none there. A name that is no
  /// provider's is refused when the request is routed.
  package func providerOfIDs(_ snapshot: Snapshot) -> String? {
    passthroughProvider.flatMap { snapshot.provider(named: $0)?.id }
  }

  /// Binds the request to where the ids live that it names, `id` among them.
  ///
  /// `ownKeyID` is that of the key which the client brought. A request without it cannot reach what
  /// lives on such a key, nor one with another key what lives on ours.
  package mutating func bind(
    to owner: HandedOutIDs.Owner, id: String, ownKeyID: String?
  ) throws(Refusal) {
    guard let ownKeyID else {
      guard !OwnKey.isOne(owner.keyID) else {
        throw .malformed(
          "'\(id)' lives on a key that you brought. Send that key in x-upstream-key.")
      }
      return pinnedKeyID = owner.keyID
    }
    guard ownKeyID == owner.keyID else { throw .resourceNotFound(id: id) }
    pinnedProviderID = owner.providerID
  }
}
