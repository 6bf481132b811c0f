"""What the yearly look at certificates rests on, and what pages show of it. Never writes."""
