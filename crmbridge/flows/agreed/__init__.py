"""What people do with an agreement: sign a version, by the command line or by a link."""
