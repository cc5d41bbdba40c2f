"""Other memories beside this one, on long conversations: the same turns, questions and vectors, and no model."""
