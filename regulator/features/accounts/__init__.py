"""Who signs in: authorities, accounts, roles, sessions, second factors. Not the people of the register."""
