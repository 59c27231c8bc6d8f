import Glibc

@main
struct Appliance {
  static func main() {
    // A reader of ours that went away is an error of write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let program = Program(console: .standard, parts: .live)
    exit(program.run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }
}
