"""What this room tells others, synchronously in the writer's session; errors take the act back."""

from blinker import Signal

application_approved = Signal("application_approved: approved: Approved, actor, now; a grade is to be put on paper")
