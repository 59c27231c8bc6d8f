/// The name that was probably meant: the nearest by edits, if it is near.
///
/// Distance is Damerau's in the optimal string alignment form: one insertion, deletion,
/// replacement or swap of neighbours each counts one.
func nearestName(to word: String, among names: [String]) -> String? {
  let allowed = max(1, min(3, word.utf8.count / 3))
  var nearest: (name: String, distance: Int)?
  for name in names {
    let distance = editDistance(Array(word.utf8.prefix(64)), Array(name.utf8.prefix(64)))
    if distance <= allowed && distance < nearest?.distance ?? .max { nearest = (name, distance) }
  }
  return nearest?.name
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1]
    for column in right.indices {
      let isSame = left[row] == right[column]
      var cost = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
      if row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column] {
        cost = min(cost, beforeLast[column - 1] + 1)
      }
      current.append(cost)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}
