// The target's header comment.
