import Glibc
import Network
import Simulator

/// `appliance simulate`: the fake provider.
enum SimulateCommand {
  static let command = Command(
    words: ["simulate"], summary: "Run a fake provider in all three dialects",
    options: [
      Command.Option(
        "--listen", "HOST:PORT",
        help: "Where to listen; port 0 takes a free one. Default: \(usual)."),
      Command.Option(
        "--fail-key", "TEXT:DIRECTIVES", help: "What requests meet whose key holds TEXT.",
        isRepeated: true),
      Command.Option(
        "--fail-rate", "SHARE:DIRECTIVES", help: "What a share of the requests meets, as 0.1:500."),
      Command.Option("--seed", "N", help: "Where the choices of --fail-rate begin. Default: 1."),
      Command.Option("--chunks", "N", help: "Words of an answer. Default: 16."),
      Command.Option("--interval", "MS", help: "Time between the words of a stream. Default: 5."),
      Command.Option("--delay", "MS", help: "Time before each answer. Default: 0."),
    ],
    details: [
      "It answers in the dialects of OpenAI, Anthropic and Gemini, any key is right, and it counts "
        + "tokens honestly. Base URLs: http://HOST:PORT/v1 for openai, http://HOST:PORT for "
        + "anthropic and gemini.",
      "DIRECTIVES, parted by commas, or by semicolons behind a model's name: a status as 429, "
        + "retry-after=S, quota, hang, drop, cut=N, stall=N, error-event=N, delay=MS, chunks=N, "
        + "interval=MS, garbage, garbage-body, redirect, headers, endless, usage=max|negative|none, "
        + "refuse-usage, gzip, cached=N, reasoning=N.",
      "GET /_simulator/counters and /_simulator/requests tell what came, by key; POST "
        + "/_simulator/failures sets failures while it runs "
        + "({\"failures\": [{\"key\", \"model\", \"do\", \"times\"}]}); POST /_simulator/reset "
        + "forgets all.",
    ],
    examples: [
      "appliance simulate --listen 127.0.0.1:9090",
      "appliance simulate --fail-key sk-bad:429,retry-after=2 --fail-rate 0.05:500",
    ]
  ) { call throws(CommandError) in
    let options = try options(of: call)
    let text = call.value("--listen") ?? usual
    guard let listen = ListenAddress(text), let address = socketAddress(listen) else {
      throw .usage("--listen takes an address as 127.0.0.1:9090, not '\(text)'.")
    }
    do throws(SystemError) {
      let simulator = try Simulator.start(options, at: address)
      call.console.writeLine("simulator listening on http://\(address.host(simulator.port))")
    } catch {
      throw .failed("The simulator cannot listen on \(text): \(error.message).", .unavailable)
    }
    // SIGINT and SIGTERM end the process: it has nothing to keep.
    while true { pause() }
  }

  private static let usual = "127.0.0.1:9090"

  static func options(of call: Invocation) throws(CommandError) -> SimulatorOptions {
    var options = SimulatorOptions()
    for text in call.values("--fail-key") {
      guard let rule = SimulatorOptions.KeyRule(text) else {
        throw .usage(
          "--fail-key takes TEXT:DIRECTIVES, as sk-bad:429,retry-after=2, not '\(text)'.")
      }
      options.keyRules.append(rule)
    }
    if let text = call.value("--fail-rate") {
      guard let rule = SimulatorOptions.RateRule(text) else {
        throw .usage("--fail-rate takes SHARE:DIRECTIVES, as 0.1:500, not '\(text)'.")
      }
      options.rateRule = rule
    }
    if let seed = try call.integer("--seed", in: 0...Int.max) { options.seed = UInt64(seed) }
    for (option, name) in [
      ("--chunks", "chunks"), ("--interval", "interval"), ("--delay", "delay"),
    ] {
      guard let number = try call.integer(option, in: 0...1_000_000) else { continue }
      _ = options.behaviour.apply(directives: "\(name)=\(number)", separator: ",")
    }
    return options
  }

  private static func socketAddress(_ listen: ListenAddress) -> SocketAddress? {
    let host = listen.host == "localhost" ? "127.0.0.1" : listen.host
    return SocketAddress(literal: host, port: listen.port)
  }
}

extension SocketAddress {
  /// `HOST:PORT` with another port.
  fileprivate func host(_ port: UInt16) -> String {
    isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
