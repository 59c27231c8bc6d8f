@main
struct Appliance {
  static func main() {}
}
