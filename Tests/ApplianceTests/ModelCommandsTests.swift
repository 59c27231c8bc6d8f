import JSON
import Testing

@testable import Appliance

@Suite("appliance model")
struct ModelCommandsTests {
  @Test(arguments: [
    ("openai/gpt-4o", "openai", "gpt-4o", 1), ("o/gpt-4o:3", "o", "gpt-4o", 3),
    ("or/openai/gpt-4o:free", "or", "openai/gpt-4o:free", 1),
    ("ollama/llama3:8b", "ollama", "llama3:8b", 1),
    ("ollama/llama3:70:2", "ollama", "llama3:70", 2), ("p/claude-*", "p", "claude-*", 1),
    ("p/m:0", "p", "m", 0),
  ])
  func readsTargets(text: String, provider: String, model: String, weight: Int) throws {
    let target = try #require(ModelTarget(text))
    #expect(target.provider == provider)
    #expect(target.model == model)
    #expect(target.weight == weight)
  }

  @Test(arguments: ["", "gpt-4o", "/gpt-4o", "p/", "p/:3", "p/m:9999999999"])
  func refusesWhatIsNoTarget(text: String) {
    #expect(ModelTarget(text) == nil)
  }

  @Test func addsTargetsAndFallbacks() {
    let test = TestConsole()
    test.run("model add fast --target a/x:2 --target b/y --fallback c/z")
    #expect(test.operation == .modelAdd)
    #expect(
      test.arguments == [
        "name": "fast",
        "targets": [
          ["provider": "a", "model": "x", "weight": 2],
          ["provider": "b", "model": "y", "weight": 1],
        ],
        "fallbacks": [["provider": "c", "model": "z", "weight": 1]],
      ])
    #expect(test.run("model add fast") == .usage)
    #expect(test.run("model add fast --target x") == .usage)
    test.run("model set fast --fallback slow --fallback a/x:0")
    #expect(
      test.arguments == [
        "name": "fast", "fallbacks": ["slow", ["provider": "a", "model": "x", "weight": 0]],
      ])
    #expect(test.run("model set fast --fallback /x") == .usage)
  }

  @Test func listsTargetsAsTheyAreWritten() {
    let models: JSONValue = [
      "models": [
        [
          "name": "f", "targets": [["provider": "a", "model": "x", "weight": 2]],
          "fallbacks": ["g"], "level": 9,
        ]
      ]
    ]
    let test = TestConsole(answers: [.modelList: .success(models)])
    test.run("model list")
    #expect(test.output == "NAME  TARGETS  LEVEL  FALLBACKS\nf     a/x:2        9  g\n")
  }
}
