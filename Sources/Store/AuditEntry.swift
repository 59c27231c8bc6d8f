package import Gateway
package import JSON

/// Who changed a record.
package struct AuditActor: Equatable, Sendable {
  /// The raw values are stored: never reuse one.
  package enum Origin: String, Sendable, CaseIterable {
    /// Over the socket of the running appliance.
    case socket
    /// By a command that worked alone.
    case command
    /// The appliance itself.
    case appliance
    /// A client, with a token of ours: `name` is the token's.
    case client
  }

  package let origin: Origin
  /// Of the system; nil where the kernel did not say.
  package let userID: UInt32?
  package let processID: Int32?
  /// The system's name for the user, or the token of a client.
  package let name: String?
  /// Where a client came from; nil for who is on this machine.
  package let address: String?

  package init(
    origin: Origin, userID: UInt32?, processID: Int32?, name: String?, address: String? = nil
  ) {
    self.origin = origin
    self.userID = userID
    self.processID = processID
    self.name = name
    self.address = address
  }
}

/// One change of one record: who, when, from where, what, before and after.
package struct AuditEntry: Equatable, Sendable {
  /// The raw values are stored: never reuse one.
  package enum Change: String, Sendable, CaseIterable {
    case created
    case changed
    case removed
    /// Something was not done that would have changed records.
    case refused

    init(_ change: RecordWrite.Change) {
      switch change {
      case .created: self = .created
      case .changed: self = .changed
      case .removed: self = .removed
      }
    }
  }

  /// Unix time, milliseconds.
  package var atMilliseconds: Int64
  package var actor: AuditActor
  /// What the operator asked for: `user.set`, `import`.
  package var operation: String
  package var kind: Record.Kind
  package var recordID: String
  /// As it was known then: `ada`, `openai/first key`.
  package var name: String
  package var change: Change
  /// As an export shows it, secrets masked; nil where there was no record.
  package var before: JSONValue?
  package var after: JSONValue?

  package init(
    atMilliseconds: Int64, actor: AuditActor, operation: String, kind: Record.Kind,
    recordID: String, name: String, change: Change, before: JSONValue?, after: JSONValue?
  ) {
    self.atMilliseconds = atMilliseconds
    self.actor = actor
    self.operation = operation
    self.kind = kind
    self.recordID = recordID
    self.name = name
    self.change = change
    self.before = before
    self.after = after
  }

  /// The entries of one change of the records, from `before` to `after`.
  package static func entries(
    of writes: [RecordWrite], before: Snapshot, after: Snapshot, by actor: AuditActor,
    operation: String, atMilliseconds: Int64
  ) -> [AuditEntry] {
    writes.map { write in
      let old = before.record(write.kind, id: write.id)
      let new = after.record(write.kind, id: write.id)
      return AuditEntry(
        atMilliseconds: atMilliseconds, actor: actor, operation: operation, kind: write.kind,
        recordID: write.id, name: write.name, change: Change(write.change),
        before: old.flatMap { ExportDocument.masked($0, in: before) },
        after: new.flatMap { ExportDocument.masked($0, in: after, since: old) })
    }
  }
}
