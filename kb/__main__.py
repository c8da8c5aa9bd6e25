"""`python -m kb`."""

from kb.surfaces.cli import main

main()
