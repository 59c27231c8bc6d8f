import JSON
import Testing

/// The text of a test case as bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Cuts bytes into pieces of one size.
func pieces(_ bytes: [UInt8], of size: Int) -> [[UInt8]] {
  stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}

/// Numbers that a seed repeats exactly (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }
}

/// A seed that is new in every run; each test prints the one it used.
func newSeed(_ test: String) -> UInt64 {
  let seed = UInt64.random(in: .min ... .max)
  print("\(test): seed \(seed)")
  return seed
}

/// Writes random documents, in every spelling that the grammar allows.
struct DocumentWriter {
  var random: Seeded
  /// Whether an object may repeat a name.
  var repeatsNames = true
  private var out: [UInt8] = []

  init(seed: UInt64) { random = Seeded(seed) }

  mutating func document() -> [UInt8] {
    out = []
    space()
    value(depth: 0)
    space()
    return out
  }

  private mutating func space() {
    guard random.chance(15) else { return }
    for _ in 0..<Int.random(in: 1...3, using: &random) { out.append(random.pick([32, 9, 10, 13])) }
  }

  private mutating func value(depth: Int) {
    let containers = depth == 0 ? 90 : depth < 6 ? 45 : 0
    guard random.chance(containers) else { return scalar() }
    let isObject = random.chance(55)
    let count = Int.random(in: 0...4, using: &random)
    out.append(isObject ? 0x7B : 0x5B)
    var names: Set<String> = []
    for place in 0..<count {
      if place > 0 { out.append(0x2C) }
      space()
      if isObject {
        var name = random.pick(["a", "b", "c", "usage", "é", "*", "", "a long name, not wanted"])
        while !repeatsNames, names.contains(name) { name += "x" }
        names.insert(name)
        string(name)
        space()
        out.append(0x3A)
        space()
      }
      value(depth: depth + 1)
      space()
    }
    if count == 0 { space() }
    out.append(isObject ? 0x7D : 0x5D)
  }

  private mutating func scalar() {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: out += bytes("true")
    case 1: out += bytes("false")
    case 2: out += bytes("null")
    case 3...4: number()
    default:
      let length = random.pick([0, 1, 3, 15, 16, 17, 40, 100])
      string(String(String.UnicodeScalarView((0..<length).map { _ in scalarValue() })))
    }
  }

  private mutating func scalarValue() -> Unicode.Scalar {
    if random.chance(85) { return Unicode.Scalar(UInt8.random(in: 0x20..<0x7F, using: &random)) }
    let highest: UInt32 = random.pick([0x1F, 0x7FF, 0xFFFF, 0x10_FFFF])
    return Unicode.Scalar(UInt32.random(in: 0...highest, using: &random)) ?? "\u{FFFD}"
  }

  private mutating func number() {
    if random.chance(30) { out.append(0x2D) }
    digits(leading: true)
    if random.chance(30) {
      out.append(0x2E)
      digits(leading: false)
    }
    if random.chance(30) {
      out.append(random.pick([0x65, 0x45]))
      if random.chance(60) { out.append(random.pick([0x2B, 0x2D])) }
      digits(leading: false)
    }
  }

  private mutating func digits(leading: Bool) {
    guard !leading || random.chance(80) else { return out.append(0x30) }
    let count = random.pick([1, 1, 2, 3, 8, 20])
    for place in 0..<count {
      let lowest: UInt8 = leading && place == 0 ? 0x31 : 0x30
      out.append(UInt8.random(in: lowest...0x39, using: &random))
    }
  }

  /// Writes a string, here and there with escapes that need not be.
  private mutating func string(_ text: String) {
    out.append(0x22)
    let escapes = random.chance(30) ? 20 : 0
    for scalar in text.unicodeScalars {
      let must = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
      guard must || random.chance(escapes) else {
        out += Array(String(scalar).utf8)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16, uppercase: random.chance(50))
        out += bytes("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      }
    }
    if random.chance(3) { out += bytes(random.pick(["\\ud800", "\\udc00\\ud83d", "\\ud83d\\n"])) }
    if random.chance(5) { out += bytes(random.pick(["\\/", "\\b\\f\\n\\r\\t", "\\\\", "\\\""])) }
    out.append(0x22)
  }
}

/// `#expect` and `#require` cannot take a span apart: these take the array.
extension JSONIndex {
  func first(_ name: String, _ document: [UInt8]) -> JSONMember? {
    member(named: name, in: document.span)
  }

  func count(_ name: String, _ document: [UInt8]) -> Int {
    count(named: name, in: document.span)
  }
}
