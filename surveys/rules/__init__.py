"""Pure decisions: plain values in, a value or a `RuleViolation` out."""
