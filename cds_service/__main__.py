"""``python -m cds_service`` is the command calcification-cds."""

from cds_service.cli import main

main(prog_name="calcification-cds")
