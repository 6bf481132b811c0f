"""Questions about qualifications; reads only."""
