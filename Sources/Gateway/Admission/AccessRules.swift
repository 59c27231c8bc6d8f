/// What a user or a token may do, compiled from its record.
///
/// An absent list is no rule, an empty one allows nothing. A user or token without rules has none
/// of these: nothing is looked at then.
package final class AccessRules: Sendable, Equatable {
  package let models: NameRule?
  /// Whether there is a rule of models: to see that of itself would copy it.
  let hasModels: Bool
  package let endpoints: EndpointRule?
  package let addresses: AddressRule?

  /// Nil where there is no rule.
  package init?(models: NameRule?, endpoints: EndpointRule?, addresses: AddressRule?) {
    guard models != nil || endpoints != nil || addresses != nil else { return nil }
    self.models = models
    hasModels = models != nil
    self.endpoints = endpoints
    self.addresses = addresses
  }

  package static func == (left: AccessRules, right: AccessRules) -> Bool {
    left.models == right.models && left.endpoints == right.endpoints
      && left.addresses == right.addresses
  }
}

extension RecordFields {
  /// Reads `models`, `endpoints` and `ips`, as users and tokens have them.
  func accessRules() throws(RecordError) -> AccessRules? {
    let models = try texts("models").map { texts throws(RecordError) in
      for text in texts { try check(name: text, field: "models", bytesMax: 512) }
      do throws(RuleEntryError) { return try NameRule(texts) } catch {
        throw self.error(
          "models",
          "models must hold names, with one '*' at most and '!' before what is denied, not "
            + "'\(error.entry)'")
      }
    }
    let endpoints = try texts("endpoints").map { texts throws(RecordError) in
      do throws(RuleEntryError) { return try EndpointRule(texts) } catch {
        throw self.error(
          "endpoints",
          "endpoints must hold names such as 'chat/completions', 'audio/*', '!embeddings' or "
            + "'passthrough'; '\(error.entry.prefix(80))' means none")
      }
    }
    let addresses = try texts("ips").map { texts throws(RecordError) in
      do throws(RuleEntryError) { return try AddressRule(texts) } catch {
        throw self.error(
          "ips",
          "ips must hold addresses or blocks such as '192.0.2.1', '10.0.0.0/8' or "
            + "'2001:db8::/32', not '\(error.entry.prefix(80))'")
      }
    }
    return AccessRules(models: models, endpoints: endpoints, addresses: addresses)
  }
}
