/// A value that is seldom there, and then on the heap: what holds it stays small to copy and to end.
///
/// An array of none or one is the place on the heap that is copied on write and may be sent.
@propertyWrapper
package struct Seldom<Value> {
  private var place: [Value] = []

  package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  package var wrappedValue: Value? {
    get { place.first }
    set {
      if let newValue { place = [newValue] } else { place = [] }
    }
  }
}

extension Seldom: Equatable where Value: Equatable {}
extension Seldom: Sendable where Value: Sendable {}
