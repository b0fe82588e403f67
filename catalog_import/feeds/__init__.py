"""The shelf of formats: one self-describing file each, found by looking (see `catalog_import.feed_shelf`)."""
