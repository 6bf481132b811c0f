"""The subjects of the register, one room each; nothing here knows the web."""
