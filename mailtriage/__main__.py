"""`python -m mailtriage`: the same as the command `mailtriage`."""

from mailtriage.cli import main

main()
