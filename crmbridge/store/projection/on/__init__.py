"""What each type of entry does to the standing view; one small function a type."""
