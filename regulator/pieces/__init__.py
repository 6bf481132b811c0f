"""What several portals show of one subject, said once: view data with words. No routes, no permissions, no queries."""
