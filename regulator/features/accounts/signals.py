"""What accounts tell the rooms above, synchronously in the writer's session; errors take the act back."""

from blinker import Signal

account_closed = Signal("account_closed: account_id, actor, now; somebody can no longer act")
powers_widened = Signal("powers_widened: account_id, actor, now; a role was granted or an account resumed")
