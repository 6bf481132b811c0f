"""`python -m regulator`: the same as the command `regulator`."""

import sys

try:
    from regulator.app import main
except KeyboardInterrupt:  # while it was still loading: there is nothing to end, and nothing to say
    sys.exit(130)

if __name__ == "__main__":
    main()
