import Testing

@testable import Providers

@Suite("Counts that a provider states")
struct UsageFiguresTests {
  static let numbers: [(text: String, count: TokenCount)] = [
    ("0", .exact(0)),
    ("12", .exact(12)),
    ("0099", .exact(99)),
    ("999999999999", .exact(999_999_999_999)),
    ("12.0", .exact(12)),
    ("1.2e1", .exact(12)),
    ("1200E-2", .exact(12)),
    ("0.0", .exact(0)),
    ("-0", .exact(0)),
    ("1099511627776", .exact(1 << 40)),
    ("1099511627777", .outOfRange),
    ("9223372036854775807", .outOfRange),
    ("9223372036854775808", .outOfRange),
    ("18446744073709551616", .outOfRange),
    ("1e400", .outOfRange),
    ("1e99999999999999999999", .outOfRange),
    ("1e-99999999999999999999", .fraction(1)),
    ("0e99", .exact(0)),
    ("12.5", .fraction(13)),
    ("0.001", .fraction(1)),
    ("3.00000000000000000000000001", .fraction(4)),
    ("3.00000000000000000000000000", .exact(3)),
    ("-1", .negative),
    ("-9223372036854775809", .negative),
    ("-0.5", .negative),
    ("NaN", .notANumber),
    ("-Infinity", .notANumber),
    ("1.2.3", .notANumber),
    ("1e", .notANumber),
    ("1e+", .notANumber),
    ("1x", .notANumber),
    ("-", .notANumber),
    ("", .notANumber),
  ]

  @Test(arguments: numbers)
  func reads(_ text: String, _ count: TokenCount) {
    #expect(TokenCount(Array(text.utf8).span) == count)
  }

  /// No number of random digits, signs, points and exponents traps.
  @Test func readsAnything() {
    var random = SplitMix(seed: 99)
    let alphabet = Array("0123456789.-+eE9".utf8)
    for _ in 0..<20_000 {
      let text = (0..<Int(random.next() % 40)).map { _ in alphabet[Int(random.next() % 16)] }
      if case .exact(let value) = TokenCount(text.span) {
        #expect((0...TokenCount.maximum).contains(value))
      }
    }
  }

  @Test func keepsWhatWasStated() {
    var figures = UsageFigures()
    #expect(figures.isEmpty)
    figures.set(.prompt, 0)
    #expect(figures[.prompt] == 0)
    #expect(figures[.completion] == nil)
    #expect(figures.count(.completion) == 0)
    #expect(figures.hasAny(.completion, .prompt))
    figures.setUnusable(.total)
    #expect(figures.unusable == UsageFigures.bits([.total]))
    #expect(figures[.total] == nil)
  }

  @Test func laterFiguresOverwriteOneByOne() {
    var start = UsageFigures()
    start.set(.input, 10)
    start.set(.output, 1)
    var later = UsageFigures()
    later.set(.output, 50)
    later.setUnusable(.input)
    later.setUnusable(.cacheRead)
    start.overwrite(with: later)
    #expect(start[.input] == 10)
    #expect(start[.output] == 50)
    #expect(start.unusable == UsageFigures.bits([.cacheRead]))
  }

  @Test func sumsStayWithinTheBound() {
    var figures = UsageFigures()
    for _ in 0..<5 { figures.add(.statistics, TokenCount.maximum) }
    #expect(figures[.statistics] == TokenCount.maximum)
  }

  @Test func everyFigureHasItsPlace() {
    #expect(UsageFigure.allCases.count <= 48)
    var figures = UsageFigures()
    for figure in UsageFigure.allCases { figures.set(figure, Int64(figure.rawValue)) }
    for figure in UsageFigure.allCases { #expect(figures[figure] == Int64(figure.rawValue)) }
  }

  /// A modality list names the figure of audio; that of images must follow it.
  @Test func imagesFollowAudio() {
    #expect(UsageFigure.promptImage.rawValue == UsageFigure.promptAudio.rawValue + 1)
    #expect(UsageFigure.cachedImage.rawValue == UsageFigure.cachedAudio.rawValue + 1)
    #expect(UsageFigure.candidatesImage.rawValue == UsageFigure.candidatesAudio.rawValue + 1)
  }
}
