"""The law of days off, in pure functions: statutory holidays, days that are worked, what a notice must be like."""
