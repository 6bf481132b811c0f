"""What officials type, a module per subject; whether it is lawful is asked in the rules."""
