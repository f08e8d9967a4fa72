"""Loss terms: pure functions of tensors that return an unweighted scalar."""
