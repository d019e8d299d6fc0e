"""The command calcification-cds, one file per command group."""
