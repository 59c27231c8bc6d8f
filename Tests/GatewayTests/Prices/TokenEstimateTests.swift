import Providers
import Testing

@testable import Gateway

@Suite("Token estimate")
struct TokenEstimateTests {
  /// A text, and its tokens as counted by the real tokenizers.
  struct Text: Sendable, CustomTestStringConvertible {
    let name: String
    let o200k: Int64
    let cl100k: Int64
    let deepseek: Int64
    let text: String
    var testDescription: String { name }
  }

  static func tally(_ text: String) -> TextTally {
    var tally = TextTally()
    tally.add(Array(text.utf8))
    return tally
  }

  @Test(arguments: texts)
  func isWithinFifteenPercent(_ example: Text) {
    let tally = Self.tally(example.text)
    let counts: [(TokenFamily, Int64)] = [
      (.o200k, example.o200k), (.cl100k, example.cl100k), (.deepseek, example.deepseek),
    ]
    for (family, count) in counts {
      let estimate = TokenEstimate.tokens(tally, family: family)
      let error = Double(estimate - count) / Double(count)
      #expect(abs(error) <= 0.15, "\(family): \(estimate), not \(count)")
    }
  }

  /// All of them together, as a long answer would be.
  @Test func isCloserForLongTexts() {
    var tally = TextTally()
    for example in Self.texts { tally.add(Array(example.text.utf8)) }
    let count = Self.texts.map(\.o200k).reduce(0, +)
    let estimate = TokenEstimate.tokens(tally, family: .o200k)
    #expect(abs(Double(estimate - count)) / Double(count) < 0.05, "\(estimate), not \(count)")
  }

  static let families: [(String?, TokenFamily)] = [
    (nil, .o200k), ("gpt-4o-mini", .o200k), ("gpt-4.1", .o200k), ("gpt-5", .o200k),
    ("gpt-4", .cl100k), ("gpt-4-turbo", .cl100k), ("gpt-3.5-turbo", .cl100k),
    ("gpt-35-turbo", .cl100k), ("text-embedding-3-small", .cl100k), ("o4-mini", .o200k),
    ("claude-3-5-haiku-20241022", .claude), ("claude-sonnet-4-20250514", .claude),
    ("claude-sonnet-4-5", .claude), ("claude-opus-4-6", .claude), ("claude-opus-4-7", .claudeFine),
    ("anthropic/claude-opus-4.8", .claudeFine), ("anthropic/claude-haiku-4.5", .claude),
    ("claude-sonnet-5", .claudeFine), ("claude-haiku-5-5", .claudeFine),
    ("gemini-2.5-pro", .o200k), ("grok-4-1-fast", .o200k), ("deepseek-chat", .deepseek),
    ("Qwen/Qwen2.5-VL-72B-Instruct", .deepseek), ("mistral-large-latest", .mistral), ("", .o200k),
  ]

  @Test(arguments: families)
  func knowsTheTokenizerOfAModel(_ model: String?, _ family: TokenFamily) {
    #expect(TokenFamily(model: model) == family)
  }

  @Test func nothingIsNothingAndAnythingIsSomething() {
    #expect(TokenEstimate.tokens(TextTally(), model: "gpt-4o") == 0)
    #expect(TokenEstimate.tokens(Self.tally(" "), model: "gpt-4o") == 1)
    #expect(TokenEstimate.tokens(Self.tally("a_b"), model: "gpt-4o") >= 1)
  }

  @Test func aCodedAnswerIsGuessedByItsSize() {
    #expect(TokenEstimate.tokens(codedBytes: 600) == 100)
    #expect(TokenEstimate.tokens(codedBytes: -1) == 0)
    #expect(TokenEstimate.tokens(codedBytes: .max) > 0)
  }

  @Test func aRequestHasAFrame() {
    let text = Self.tally("Hello, how are you?")
    let bare = TokenEstimate.tokens(text, model: "gpt-4o")
    #expect(TokenEstimate.inputTokens(text, model: "gpt-4o") == bare + 7)
    #expect(TokenEstimate.inputTokens(text, messages: 3, model: "gpt-4o") == bare + 15)
    #expect(TokenEstimate.inputTokens(text, hasTools: true, model: "claude-opus-4-6") > 400)
    #expect(TokenEstimate.inputTokens(TextTally(), messages: .max, model: nil) > 0)
    var request = RequestTally()
    request.text = text
    request.messages = 3
    #expect(TokenEstimate.inputTokens(request, model: "gpt-4o") == bare + 15)
    request.hasTools = true
    #expect(TokenEstimate.inputTokens(request, model: "gpt-4o") == bare + 55)
  }

  static let texts: [Text] = [
    Text(
      name: "english", o200k: 128, cl100k: 128, deepseek: 129,
      text: """
        The harbour was quiet that morning, and only two boats had gone out before the fog \
        came in. Margaret stood at the end of the pier with her hands in her pockets, \
        counting the seconds between the blasts of the horn. Her brother had promised to be \
        back by seven, but he had never been good at keeping promises, and the sea had never \
        been good at keeping quiet. When the bell finally rang from the far side of the \
        breakwater, she laughed out loud, although there was nobody near enough to hear it. \
        They would argue about breakfast, as they always did, and then they would mend the \
        nets together until the afternoon.
        """),
    Text(
      name: "technical", o200k: 117, cl100k: 117, deepseek: 117,
      text: """
        To rotate the master key, stop the service, write the new key to a file with mode \
        0600, and run the rotate command. Each data key is unwrapped with the old master key \
        and wrapped again with the new one; the sealed values themselves are not touched, so \
        that rotation takes milliseconds even for 10,000 records. If the process is \
        interrupted, start it again: a record that was already rotated is skipped. Do not \
        delete the old key before `status` reports that every node of the cluster has \
        adopted the new version (usually within 2 seconds).
        """),
    Text(
      name: "swift", o200k: 178, cl100k: 175, deepseek: 178,
      text: """
        struct RingBuffer<Element> {
          private var storage: [Element?]
          private var head = 0
          private(set) var count = 0

          init(capacity: Int) {
            precondition(capacity > 0)
            storage = Array(repeating: nil, count: capacity)
          }

          mutating func append(_ element: Element) -> Bool {
            guard count < storage.count else { return false }
            storage[(head + count) % storage.count] = element
            count += 1
            return true
          }

          mutating func popFirst() -> Element? {
            guard count > 0 else { return nil }
            defer {
              storage[head] = nil
              head = (head + 1) % storage.count
              count -= 1
            }
            return storage[head]
          }
        }
        """),
    Text(
      name: "python", o200k: 173, cl100k: 168, deepseek: 185,
      text: """
        import argparse
        import csv
        from collections import defaultdict


        def read_totals(path, column="amount"):
            totals = defaultdict(float)
            with open(path, newline="") as handle:
                for row in csv.DictReader(handle):
                    try:
                        totals[row["customer_id"]] += float(row[column])
                    except (KeyError, ValueError) as error:
                        print(f"skipping line: {error}")
            return dict(totals)


        if __name__ == "__main__":
            parser = argparse.ArgumentParser(description="Sum amounts by customer.")
            parser.add_argument("path")
            parser.add_argument("--column", default="amount")
            options = parser.parse_args()
            for customer, total in sorted(read_totals(options.path, options.column).items()):
                print(f"{customer:>12} {total:10.2f}")
        """),
    Text(
      name: "json", o200k: 170, cl100k: 171, deepseek: 172,
      text: """
        {
          "order": {
            "id": 48213,
            "status": "shipped",
            "customer": {"name": "Ada Lopez", "email": "ada@example.org", "tags": ["new", "priority"]},
            "items": [
              {"sku": "TEA-100", "title": "Green tea, loose", "quantity": 2, "unit_price": 7.25},
              {"sku": "CUP-7", "title": "Stoneware cup", "quantity": 1, "unit_price": 18.0}
            ],
            "shipped_at": "2026-03-14T09:26:53Z",
            "total": 32.5,
            "gift": false,
            "note": null
          }
        }
        """),
    Text(
      name: "chinese", o200k: 175, cl100k: 253, deepseek: 135,
      text: """
        清晨的港口很安静，只有两条船在起雾之前出了海。她站在码头的尽头，双手插在口袋里，数着汽笛\
        声之间的秒数。哥哥答应七点以前回来，可是他从来不太守信用，大海也从来不肯安静。等到防波堤\
        那边终于响起钟声的时候，她大声笑了出来，虽然附近没有人能听见。他们会像往常一样为早饭争论\
        几句，然后一起修补渔网，一直忙到下午。要更换主密钥，请先停止服务，把新的密钥写入文件，再\
        运行轮换命令；如果中途被打断，重新执行即可，已经处理过的记录会自动跳过。
        """),
    Text(
      name: "japanese", o200k: 157, cl100k: 212, deepseek: 139,
      text: """
        その朝の港は静かで、霧が出る前に沖へ出た船は二隻だけだった。彼女は桟橋の端に立ち、両手を\
        ポケットに入れて、霧笛と霧笛の間の秒数を数えていた。兄は七時までに戻ると約束したが、約束\
        を守るのが得意な人ではなかった。やがて防波堤の向こうから鐘の音が聞こえると、彼女は声を出\
        して笑った。設定を変更するには、まずサービスを停止し、新しい鍵をファイルに保存してからコ\
        マンドを実行してください。
        """),
    Text(
      name: "korean", o200k: 124, cl100k: 201, deepseek: 143,
      text: """
        그날 아침 항구는 조용했고, 안개가 끼기 전에 바다로 나간 배는 두 척뿐이었다. 그녀는 \
        부두 끝에 서서 주머니에 손을 넣고 뱃고동 소리 사이의 시간을 세고 있었다. 오빠는 \
        일곱 시까지 돌아오겠다고 약속했지만 약속을 잘 지키는 사람이 아니었다. 설정을 바꾸려면 \
        먼저 서비스를 중지하고 새 키를 파일에 저장한 다음 명령을 실행하십시오. 중간에 멈추면 \
        다시 시작하면 됩니다.
        """),
  ]
}
