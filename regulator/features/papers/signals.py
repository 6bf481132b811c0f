"""What this room tells others, synchronously in the writer's session; errors take the act back."""

from blinker import Signal

matter_reassigned = Signal("matter_reassigned: moved: Sequence[Reassigned]; the owner's feature follows")
paper_issued = Signal("paper_issued: paper_id, matter_kind, subject_key, paper_kind, number")
paper_served = Signal("paper_served: served: Served; the legal effect of a delivery, which starts clocks elsewhere")
contents_asked = Signal("contents_asked: names: Collection[str]; each receiver gives those its rows name")
