import JSON
import Testing

/// The text of a test case as bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
