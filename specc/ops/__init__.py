"""The ops, one file each. A bare file name is an op; a leading underscore marks what they share."""
