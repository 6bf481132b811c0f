"""The working-day calendar: holidays and make-up days of each year, announced or provisional. No terms of any act."""
