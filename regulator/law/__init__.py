"""Legal vocabulary shared by the features; standard library only, no numbers of a single subject."""
