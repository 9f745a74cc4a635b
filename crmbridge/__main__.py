"""Let `python -m crmbridge` be the command line."""

from crmbridge.cli import main

main()
