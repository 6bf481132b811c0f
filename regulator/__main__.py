"""`python -m regulator` is the command `regulator`."""

from regulator.app import main

main()
