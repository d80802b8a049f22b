"""Architecture search: PC-DARTS."""
