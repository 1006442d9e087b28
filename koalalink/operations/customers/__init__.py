"""Adding, changing, merging, erasing, listing and exporting customers."""
