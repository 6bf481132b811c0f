"""Acts of the yearly look at certificates, each in a room of its own."""
