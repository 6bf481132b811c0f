"""Acts of coverage: tallies kept true, months closed, the rule set, custodians named, surveys opened and answered."""
