"""The room that knows how to set Sunmall up on a machine and run all of its processes."""
