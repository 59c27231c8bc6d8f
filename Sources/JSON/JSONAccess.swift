extension JSONValue {
  package var kind: JSONKind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .number: .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }

  package var isNull: Bool { self == .null }

  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The number's text as it was written.
  package var numberText: String? {
    if case .number(let text) = self { text } else { nil }
  }

  /// The number, if it is an integer that `Int64` holds exactly (`12`, `12.0`, `1.2e1`).
  package var int: Int64? { integer.exactValue }

  /// What the number is as an integer; tells why `int` is nil.
  package var integer: JSONInteger {
    if case .number(let text) = self { JSONInteger(parsing: text) } else { .notNumber }
  }

  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  package var object: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The member of this name: of a repeated one the last, as most parsers have it.
  ///
  /// Setting replaces the last of that name and removes the others, or adds one at the end; nil
  /// removes all. Setting on anything but an object or null does nothing; null becomes an object.
  package subscript(name: String) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
    set {
      var members: [Member]
      switch self {
      case .object(let current): members = current
      case .null where newValue != nil: members = []
      default: return
      }
      let place = members.lastIndex { $0.name.utf8.elementsEqual(name.utf8) }
      if let newValue {
        if let place {
          members[place].value = newValue
        } else {
          members.append(Member(name, newValue))
        }
      }
      var kept: [Member] = []
      kept.reserveCapacity(members.count)
      for (position, member) in members.enumerated() {
        let isOther = !member.name.utf8.elementsEqual(name.utf8)
        let isNew = newValue != nil && (place == nil || position == place)
        if isOther || isNew { kept.append(member) }
      }
      self = .object(kept)
    }
  }

  /// The element at a position; nil outside the array.
  package subscript(position: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
    return elements[position]
  }

  /// A number from an integer.
  package static func int(_ value: Int64) -> JSONValue { .number(String(value)) }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .number(String(value)) }
  package init(floatLiteral value: Double) { self = .number("\(value)") }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(members.map { Member($0.0, $0.1) })
  }
}

extension JSONValue {
  /// The first name that an object has twice, this one or any inside; nil: none has.
  package var repeatedName: String? {
    switch self {
    case .null, .bool, .number, .string: return nil
    case .array(let elements):
      for element in elements { if let name = element.repeatedName { return name } }
      return nil
    case .object(let members):
      var seen: Set<String> = []
      for member in members {
        guard seen.insert(member.name).inserted else { return member.name }
        if let name = member.value.repeatedName { return name }
      }
      return nil
    }
  }
}
