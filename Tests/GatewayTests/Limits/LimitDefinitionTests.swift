import Testing

@testable import Gateway

@Suite("Limits as records write them")
struct LimitDefinitionTests {
  @Test func limitsAreRead() throws {
    let world = try World(
      """
      {'users':[{'name':'ada','limits':{'rpm':60,'itpm':5,'rpd':0,'concurrent':null},
        'model_limits':[{'model':'gpt-4*','tpm':100},{'model':'o3','concurrent':2}]}],
       'tokens':[{'user':'ada','label':'t','secret':'t','limits':{'tpd':7}}]}
      """)
    let caller = try world.caller("t")
    let user = try #require(caller.user.allowance)
    #expect(
      user.rules.map(\.text) == [
        "60 requests a minute", "5 input tokens a minute", "0 requests a day",
        "100 tokens a minute for 'gpt-4*'", "2 requests at a time for 'o3'",
      ])
    #expect(user.countsTokens && user.countsDays && !user.countsModelDays)
    let token = try #require(caller.token.allowance)
    #expect(token.rules.map(\.text) == ["7 tokens a day"])
    #expect(token.name == "ada/t" && token.key.home == user.key.home && token.key != user.key)
  }

  @Test(arguments: ["", ",'limits':{}", ",'limits':null", ",'model_limits':[]"])
  func noLimitsAreNoAllowance(field: String) throws {
    let world = try World(
      "{'users':[{'name':'ada'\(field)}],'tokens':[{'user':'ada','label':'t','secret':'t'}]}")
    #expect(try world.caller("t").user.allowance == nil)
    #expect(try world.caller("t").token.allowance == nil)
  }

  @Test(arguments: [
    ("'limits':[]", "limits must be an object"),
    ("'limits':{'rpm':-1}", "rpm must be a whole number from 0"),
    ("'limits':{'rpm':1.5}", "rpm must be a whole number from 0"),
    ("'limits':{'rpm':'many'}", "rpm must be a whole number from 0"),
    ("'limits':{'rpm':1,'rpm':2}", "rpm is given twice"),
    ("'limits':{'rpw':1}", "limits has no 'rpw'; it has rpm, tpm"),
    ("'model_limits':{}", "model_limits must be a list"),
    ("'model_limits':[{'rpm':1}]", "model_limits must be a list such as"),
    ("'model_limits':[{'model':'a*b*c'}]", "at most one *"),
    ("'model_limits':[{'model':'a'},{'model':'a'}]", "names 'a' twice"),
    ("'model_limits':[{'model':'a','rpx':1}]", "has no 'rpx'; it has model, rpm"),
  ])
  func whatCannotBeIsRefused(field: String, words: String) {
    let error = #expect(throws: ImportError.self) {
      try World("{'users':[{'name':'ada',\(field)}]}")
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }
}
