"""The form of every report: sheets of typed values, and the ways they are written."""
